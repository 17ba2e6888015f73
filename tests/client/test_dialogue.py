"""Answers find who asked, with all that goes wrong with them."""

import pytest

from hybridviz.client.dialogue import Dialogue
from hybridviz.core.fragments import Outgoing
from hybridviz.core.messages import MessageWriter
from hybridviz.core.protocol import Message
from hybridviz.runtime.lock import SessionLock
from hybridviz.runtime.manual import ManualRuntime


def test_what_goes_wrong_with_an_answer_is_raised_where_it_is_waited_for() -> None:
    runtime, sent = ManualRuntime(), list[Outgoing]()
    lock = SessionLock(runtime, lambda: None)
    writer = MessageWriter(lambda: "question")
    dialogue = Dialogue(runtime, lock, writer, sent.append, lambda: None, lambda news: None)

    def take(message: Message) -> None:
        raise ZeroDivisionError(message.kind)

    reply = lock.run(dialogue.ask, "PULL-DOC-REQ", take)
    dialogue.tell(Message("PULL-DOC-REPLY", "answer", "question", 0))
    dialogue.take_next()
    with pytest.raises(ZeroDivisionError, match="PULL-DOC-REPLY"):
        dialogue.wait(reply)
    assert len(sent) == 1
