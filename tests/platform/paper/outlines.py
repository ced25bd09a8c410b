"""Looking things up in an outline."""

from cyberready.platform.paper.outline import AnswerLines, Fields, Heading, Notice, Paragraph, Table


def words(text):
    return text if isinstance(text, str) else "".join(run.text for run in text)


def headings(outline, level=1):
    return [block.text for block in outline.blocks if isinstance(block, Heading) and block.level == level]


def section(outline, title):
    """The blocks under one heading, up to the next of its level."""
    found, level = [], None
    for block in outline.blocks:
        if isinstance(block, Heading):
            if level is None and block.text == title:
                level = block.level
                continue
            if level is not None and block.level <= level:
                break
        if level is not None:
            found.append(block)
    assert level is not None, title
    return found


def fields(blocks):
    return {
        label: words(value) for block in blocks if isinstance(block, Fields) for label, value in block.rows
    }


def rows(blocks):
    return [
        [words(cell) for cell in row] for block in blocks if isinstance(block, Table) for row in block.rows
    ]


def prose(blocks):
    return [words(block.text) for block in blocks if isinstance(block, Paragraph | Notice)]


def lines(blocks):
    return sum(block.count for block in blocks if isinstance(block, AnswerLines))
