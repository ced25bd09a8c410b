"""The flow chart of a playbook for a page, in the language of the playbook."""

from functools import lru_cache

from markupsafe import Markup

from cyberready.platform.texts import translate
from cyberready.playbooks import flow, flow_layout, flow_svg
from cyberready.playbooks.rules import DECISION, END, PARALLEL, WHILE, Playbook


def chart(playbook: Playbook, address: str) -> tuple[flow.Graph, Markup, Markup]:
    """The graph of a playbook, its drawing, whose boxes lead to the steps on the page at *address*, and that on paper."""
    graph = flow.graph(playbook)
    words = chart_words(playbook.language)
    said = {"title": playbook.title, "steps": len(playbook.steps), "points": len(playbook.decision_points)}
    drawing = flow_layout.laid_out(graph, words)
    drawn = flow_svg.svg(
        drawing,
        words,
        title=translate(playbook.language, "Flow chart of %(title)s", **said),
        description=translate(
            playbook.language,
            "%(steps)s steps and %(points)s branches from top to bottom. The list below says the same in words.",
            **said,
        ),
        address=lambda name: f"{address}#{name}",
    )
    on_paper = "".join(flow_svg.sheets(drawing))
    return graph, Markup(drawn), Markup(on_paper)  # noqa: S704 -- every text in them is escaped


@lru_cache
def chart_words(language: str) -> flow_layout.Words:
    """What the chart says about its boxes."""
    kinds = {DECISION: "Decision", PARALLEL: "At the same time", WHILE: "As long as", END: "The end"}
    return flow_layout.Words(
        {kind: translate(language, said) for kind, said in kinds.items()},
        translate(language, "within %(time)s", time="%s"),
    )
