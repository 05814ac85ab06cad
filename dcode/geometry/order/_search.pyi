from dcode.geometry.order.search import Search as Search
