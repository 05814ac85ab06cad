from dcode.geometry.order.greedy import join as join
from dcode.geometry.order.greedy import walk as walk
