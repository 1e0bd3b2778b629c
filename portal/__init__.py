"""One Roof: the portal of one Family Justice Center."""
