"""What is said: data in, Documents out; how it looks is the renderers' business."""
