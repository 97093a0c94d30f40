"""XML as text, written by nesting calls. Reads nothing, knows no format."""

from xml.sax.saxutils import escape, quoteattr


def tag(name: str, *children: str, **attributes: str) -> str:
    """One element around ready XML; an element without children is empty. A trailing `_` in an attribute's name is dropped."""
    opening = name + "".join(f" {key.rstrip('_')}={quoteattr(value)}" for key, value in attributes.items())
    if not children:
        return f"<{opening}/>"
    return f"<{opening}>{''.join(children)}</{name}>"


def text(name: str, content: str, **attributes: str) -> str:
    """One element around plain text, escaped."""
    return tag(name, escape(content), **attributes)
