# ruff: noqa: E501
"""What grblHAL's core 8689918 says of its settings and alarms, as captured from it ($$, $ES, $EA)."""

from __future__ import annotations

from typing import Final

# Number, value from the factory; the decimals are those that it prints.
SETTINGS: Final = [
    "0=5.0",
    "1=25",
    "2=0",
    "3=0",
    "4=7",
    "5=0",
    "6=0",
    "9=1",
    "10=511",
    "11=0.010",
    "12=0.002",
    "13=0",
    "14=0",
    "15=0",
    "17=0",
    "18=0",
    "19=0",
    "20=0",
    "21=0",
    "22=0",
    "23=0",
    "24=25.0",
    "25=500.0",
    "26=250",
    "27=1.000",
    "28=0.100",
    "29=0.0",
    "30=1000.000",
    "31=0.000",
    "32=0",
    "33=5000.0",
    "34=0.0",
    "35=0.0",
    "36=100.0",
    "37=0",
    "39=1",
    "40=0",
    "41=0",
    "42=2",
    "43=1",
    "44=4",
    "45=3",
    "46=0",
    "56=5.0",
    "57=100.0",
    "58=-5.0",
    "59=500.0",
    "60=0",
    "61=0",
    "62=0",
    "63=3",
    "64=0",
    "65=0",
    "100=250.00000",
    "101=250.00000",
    "102=250.00000",
    "110=500.000",
    "111=500.000",
    "112=500.000",
    "120=10.000",
    "121=10.000",
    "122=10.000",
    "130=200.000",
    "131=200.000",
    "132=200.000",
    "341=0",
    "342=30.0",
    "343=25.0",
    "344=200.0",
    "345=200.0",
    "346=1",
    "384=0",
    "392=4.0",
    "393=1.0",
    "394=0.0",
    "398=100",
    "481=0",
    "485=0",
    "486=0",
    "539=0.0",
    "673=0.0",
    "676=15",
    "680=0",
]

# number|group|name|unit|type|format|least|most|reboot|may be empty
SETTING_DETAILS: Final = """
0|35|Step pulse time|microseconds|6|#0.0|2.0||0|0
1|35|Step idle delay|milliseconds|5|####0||65535|0|0
2|35|Step pulse invert||4||||0|0
3|35|Step direction invert||4||||0|0
4|35|Invert stepper enable output(s)||4||||0|0
5|3|Invert limit inputs||4||||0|0
6|12|Invert probe inputs||1|Probe|||0|0
9|6|PWM spindle options||2|Enable,RPM controls spindle enable signal,Disable laser mode capability,Enable ramping|||0|0
10|1|Status report options||1|Position in machine coordinate,Buffer state,Line numbers,Feed & speed,Pin state,Work coordinate offset,Overrides,Probe coordinates,Buffer sync on WCO change,Parser state,Alarm substatus,Run substatus,Enable when homing,Distance-to-go|||0|0
11|1|Junction deviation|mm|6|#####0.000|||0|0
12|1|Arc tolerance|mm|6|#####0.000|||0|0
13|1|Report in inches||0||||0|0
14|2|Invert control inputs||1|N/A,N/A,N/A,Safety door|||0|0
15|5|Invert coolant outputs||1|Flood,Mist|||0|0
17|2|Pullup disable control inputs||1|N/A,N/A,N/A,Safety door|||0|0
18|3|Pullup disable limit inputs||4||||0|0
19|12|Pullup disable probe inputs||1|Probe|||0|0
20|3|Soft limits enable||0||||0|0
21|3|Hard limits enable||2|Enable,Strict mode|||0|0
22|11|Homing cycle||2|Enable,Enable single axis commands,Homing on startup required,Set machine origin to 0,Two switches shares one input,Allow manual,Override locks,N/A,N/A,Per axis feedrates,Run startup scripts only on homing completed|||0|0
23|11|Homing direction invert||4||||0|0
24|11|Homing locate feed rate|mm/min|6|#####0.0|||0|0
25|11|Homing search seek rate|mm/min|6|#####0.0|||0|0
26|11|Homing switch debounce delay|milliseconds|5|##0|||0|0
27|11|Homing switch pull-off distance|mm|6|#####0.000|||0|0
28|1|G73 Retract distance|mm|6|#####0.000|||0|0
29|35|Pulse delay|microseconds|6|#0.0||20|0|0
30|6|Maximum spindle speed|RPM|6|#####0.000|||0|0
31|6|Minimum spindle speed|RPM|6|#####0.000|||0|0
32|1|Mode of operation||3|Normal,Laser mode,Lathe mode|||0|0
33|6|Spindle PWM frequency|Hz|6|#####0|||0|0
34|6|Spindle PWM off value|percent|6|##0.0||100|0|0
35|6|Spindle PWM min value|percent|6|##0.0||100|0|0
36|6|Spindle PWM max value|percent|6|##0.0||100|0|0
37|35|Steppers to keep enabled||4||||0|0
39|1|Enable legacy RT commands||0||||0|0
40|14|Limit jog commands||0||||0|0
41|13|Parking cycle||2|Enable,Deactivate upon init,Enable parking override control|||0|0
42|13|Parking axis||3|X,Y,Z|||0|0
43|11|Homing passes||5|##0|1|128|0|0
44|11|Axes homing, first phase||4||||0|0
45|11|Axes homing, second phase||4||||0|0
46|11|Axes homing, third phase||4||||0|0
56|13|Parking pull-out distance|mm|6|###0.0|||0|0
57|13|Parking pull-out rate|mm/min|6|###0.0|||0|0
58|13|Parking target|mm|6|-###0.0|-100000||0|0
59|13|Parking fast rate|mm/min|6|###0.0|||0|0
60|1|Restore overrides||0||||0|0
61|13|Safety door options||1|Ignore when idle,Keep coolant state on door open|||0|0
62|1|Sleep enable||0||||0|0
63|1|Feed hold actions||1|Disable laser during hold,Restore spindle and coolant state on resume,Set RPM to minimum (except for laser M4)|||0|0
64|1|Force init alarm||0||||0|0
65|12|Probing options||1|Allow feed override,Apply soft limits|||0|0
100|43|X-axis travel resolution|step/mm|6|#####0.000##|||0|0
101|44|Y-axis travel resolution|step/mm|6|#####0.000##|||0|0
102|45|Z-axis travel resolution|step/mm|6|#####0.000##|||0|0
110|43|X-axis maximum rate|mm/min|6|#####0.000|||0|0
111|44|Y-axis maximum rate|mm/min|6|#####0.000|||0|0
112|45|Z-axis maximum rate|mm/min|6|#####0.000|||0|0
120|43|X-axis acceleration|mm/sec^2|6|#####0.000|||0|0
121|44|Y-axis acceleration|mm/sec^2|6|#####0.000|||0|0
122|45|Z-axis acceleration|mm/sec^2|6|#####0.000|||0|0
130|43|X-axis maximum travel|mm|6|#####0.000|||0|0
131|44|Y-axis maximum travel|mm|6|#####0.000|||0|0
132|45|Z-axis maximum travel|mm|6|#####0.000|||0|0
341|9|Tool change mode||3|Normal,Manual touch off,Manual touch off @ G59.3,Automatic touch off @ G59.3,Ignore M6|||0|0
342|9|Tool change probing distance|mm|6|#####0.0|||0|0
343|9|Tool change locate feed rate|mm/min|6|#####0.0|||0|0
344|9|Tool change search seek rate|mm/min|6|#####0.0|||0|0
345|9|Tool change probe pull-off rate|mm/min|6|#####0.0|||0|0
346|9|Tool change options||1|Restore position after M6,Change tool at G30,Fast probe pull off|||0|0
384|1|Disable G92 persistence||0||||0|0
392|13|Spindle on delay|s|6|#0.0|0.5|20|0|1
393|13|Coolant on delay|s|6|#0.0|0.5|20|0|1
394|6|Spindle on delay|s|6|#0.0|0.5|20|0|1
398|1|Planner buffer blocks||5|####0|30|1000|1|0
481|1|Autoreport interval|ms|5|###0|100|1000|1|1
485|9|Keep tool number over reboot||0||||0|0
486|1|Lock coordinate systems||1|G59.1,G59.2,G59.3|||0|0
539|6|Spindle off delay|s|6|#0.0|0.5|20|0|1
673|5|Coolant on delay|s|6|#0.0|0.5|20|0|1
676|1|Reset actions||1|Clear homed status if position was lost,Clear offsets (except G92),Clear rapids override,Clear feed override|||0|0
680|35|Stepper enable delay|ms|5|##0||500|0|0
""".strip().splitlines()

# number||text
ALARM_DETAILS: Final = """
1||Hard limit has been triggered. Machine position is likely lost due to sudden halt. Re-homing is highly recommended.
2||Soft limit alarm. G-code motion target exceeds machine travel. Machine position retained. Alarm may be safely unlocked.
3||Reset/E-stop while in motion. Machine position is likely lost due to sudden halt. Re-homing is highly recommended.
4||Probe fail. Probe is not in the expected initial state before starting probe cycle when G38.2 and G38.3 is not triggered and G38.4 and G38.5 is triggered.
5||Probe fail. Probe did not contact the workpiece within the programmed travel for G38.2 and G38.4.
6||Homing fail. The active homing cycle was reset.
7||Homing fail. Safety door was opened during homing cycle.
8||Homing fail. Pull off travel failed to clear limit switch. Try increasing pull-off setting or check wiring.
9||Homing fail. Could not find limit switch within search distances. Try increasing max travel, decreasing pull-off distance, or check wiring.
10||EStop asserted. Clear and reset
11||Homing required. Execute homing command ($H) to continue.
12||Limit switch engaged. Clear before continuing.
13||Probe protection triggered. Clear before continuing.
14||Spindle at speed timeout. Clear before continuing.
15||Homing fail. Could not find second limit switch for auto squared axis within search distances. Try increasing max travel, decreasing pull-off distance, or check wiring.
16||Power on selftest (POS) failed.
17||Motor fault.
18||Homing fail. Bad configuration.
19||Modbus exception. Timeout or message error.
20||I/O expander communication failed.
21||Non Volatile Storage (EEPROM) failure.
22||Buffer overflow.
""".strip().splitlines()
