"""The REST API beside the screens: programs read what people see and write what people enter, as one of them."""
