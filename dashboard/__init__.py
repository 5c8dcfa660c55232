"""What perkhook adds to Flower."""
