"""Pictures and drawings from the places that publish them. Only the standard library is needed."""
