"""Call to HttpRequest: validate the arguments, write styles and bodies, build the message."""
