from dcode.geometry.order.nearest import Nearest as Nearest
