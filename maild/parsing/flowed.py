"""format=flowed (RFC 3676): lines that were wrapped for sending, joined to paragraphs again."""

_SIGNATURE = "-- "


def unflow(text: str, *, is_blank_deleted: bool) -> str:
    """Join the flowed lines of a text with LF line ends; quote depth and the signature's dashes are kept.

    `is_blank_deleted` is the parameter DelSp=yes: the blank that marks a flowed line is not part of the text.
    """
    paragraphs: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth, content = _unquote(line)
        is_flowed = content.endswith(" ") and content != _SIGNATURE
        if is_flowed and is_blank_deleted:
            content = content[:-1]
        if open_depth == depth and content != _SIGNATURE:
            paragraphs[-1].append(content)
        else:
            paragraphs.append([f"{'>' * depth} {content}" if depth else content])
        open_depth = depth if is_flowed else -1
    return "\n".join("".join(pieces) for pieces in paragraphs)


def _unquote(line: str) -> tuple[int, str]:
    """Give the quote depth of a line and its content without stuffing (RFC 3676, 4.4 and 4.5)."""
    content = line.lstrip(">")
    depth = len(line) - len(content)
    return depth, content.removeprefix(" ")
