from dcode.machine.lookahead import Pacer as Pacer
