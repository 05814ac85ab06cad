from dcode.geometry.order.spanning import span as span
