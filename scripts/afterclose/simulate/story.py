"""Tells one conversation: who says what, and when.

How the customer reacts depends on whether the problem was really solved,
but not perfectly: wrong answers often end in thanks or in silence.
"""

from __future__ import annotations

from collections import Counter
from random import Random

from .intents import PHRASES, IntentHabits
from .phrases import agent_says, customer_says
from .records import (
    NEVER,
    Conversation,
    Instruction,
    Message,
    Session,
    Turn,
)
from .text import capital, items_in, opening_phrase, pick, typed, with_manners

MINUTE = 60
HOUR = 3600
HUMAN_AGENTS = 12
REASK_RATE = 0.41


class Teller:
    """Writes one conversation, moving a clock forward message by message."""

    def __init__(
        self,
        rng: Random,
        conversation: Conversation,
        intent: str,
        habits: IntentHabits,
        facts: dict[str, str],
        session: Session | None,
        skew: int,
        at: int,
        dirt: Counter | None,
    ) -> None:
        self.rng = rng
        self.conversation = conversation
        self.phrases = PHRASES[intent]
        self.habits = habits
        self.facts = facts
        self.session = session
        self.skew = skew
        self.now = at
        self.dirt = dirt
        self.place = "chat" if conversation.channel == "chat" else "mail"
        self.pending: list[Message] = []
        self.core = ""
        self.acted: str | None = None
        self.has_lead = False
        self.human = 1 + int(rng.random() * HUMAN_AGENTS)

    # ------------------------------------------------------------- the voices
    def says(
        self, kind: str, text: str | None, is_substantive: bool = True
    ) -> Message:
        """Let the customer write a message now."""
        if self.dirt is not None and text:
            text = self._soiled(kind, text)
        message = Message(
            self.now, "customer", kind, text, self.place,
            is_substantive=is_substantive, seen_at=self.now,
        )
        self.conversation.messages.append(message)
        self.pending.append(message)
        return message

    def answers(self, kind: str, text: str) -> Message:
        """Let the AI agent answer what the customer wrote last."""
        rng = self.rng
        if self.place == "chat":
            self.now += 2 + int(rng.random() * 11)
        else:
            self.now += 20 + int(rng.random() * 220)
        if self.dirt is not None and rng.random() < 0.005:
            self.dirt["messages_with_equal_times"] += 1
            self.now = self.conversation.messages[-1].at
        messages = self.conversation.messages
        history = messages[:]
        message = Message(
            self.now, "ai_agent", kind, text, self.place,
            seen_at=self.now + self.skew,
        )
        messages.append(message)
        for place, asked in enumerate(self.pending):
            asked.seen_at = message.seen_at
            is_last = place == len(self.pending) - 1
            self.session.turns.append(Turn(
                self.session, asked, message if is_last else None, self.skew,
                history, rng.random() < 0.35, rng.random() < 0.02,
            ))
        self.pending = []
        return message

    def human_says(self, kind: str, text: str) -> Message:
        """Let a human agent answer now."""
        message = Message(
            self.now, "human_agent", kind, text, self.place, self.human,
            seen_at=self.now,
        )
        self.conversation.messages.append(message)
        self.pending = []
        return message

    def wait(self) -> None:
        """Move the clock to the customer's next message."""
        luck = self.rng.random()
        if self.place == "chat":
            self.now += 15 + int(luck * luck * 260)
        else:
            self.now += 20 * MINUTE + int(luck * luck * 20 * HOUR)

    def finish(self) -> None:
        """Record the runs in which the agent had nothing left to say."""
        if self.conversation.handed_at < NEVER:
            return
        history = self.conversation.messages[:]
        for asked in self.pending:
            asked.seen_at = asked.at + self.skew + 1
            self.session.turns.append(
                Turn(self.session, asked, None, self.skew, history)
            )
        self.pending = []

    # ------------------------------------------------------------ the openings
    def open(self, ordinal: int, is_vague: bool) -> None:
        """Let the customer state the problem, as a newcomer or again."""
        rng, facts = self.rng, self.facts
        conversation = self.conversation
        is_new = conversation.opened_by == "new_contact"
        if is_new and self.place == "chat" and self.session:
            if rng.random() < 0.11:
                self.greet()
        if is_vague:
            text = pick(rng, customer_says.VAGUE_RETURNS)
            self.core = text.rstrip(".!").lower()
            conversation.is_vague_opening = True
        else:
            phrase = opening_phrase(
                rng, self.phrases["problems"], self.phrases["asks"]
            )
            conversation.given |= items_in(phrase)
            self.core = phrase.format_map(facts).rstrip(".?!")
            text = typed(rng, phrase.format_map(facts))
            if ordinal and rng.random() < 0.6:
                lead = pick(rng, customer_says.RETURNS).format_map(facts)
                text = lead + " " + text
                self.has_lead = True
        conversation.opening_text = text
        first, dot, second = text.partition(". ")
        if self.place == "chat" and dot and rng.random() < 0.12:
            self.says("opening", first)
            self.now += 4 + int(rng.random() * 20)
            self.says("opening", second)
        else:
            self.says("opening", with_manners(rng, text, facts))

    def greet(self) -> None:
        """Let the customer only say hello first."""
        rng = self.rng
        self.says("greeting", pick(rng, customer_says.GREETINGS), False)
        if self.dirt is not None and rng.random() < 0.06:
            self.dirt["messages_repeated_by_the_customer"] += 1
            self.now += 30 + int(rng.random() * 60)
            self.says("greeting", self.conversation.messages[-1].text, False)
        self.answers("hello", pick(rng, agent_says.HELLOS))
        self.wait()

    def clarify(self) -> None:
        """Let the AI agent ask for a detail and get it."""
        rng, item = self.rng, self.habits.item
        if item in self.conversation.given or rng.random() > 0.3:
            return
        self.answers("clarify", pick(rng, agent_says.CLARIFIES[item]))
        self.wait()
        self.give(item)

    def give(self, item: str) -> None:
        """Let the customer give a piece of information."""
        phrase = pick(self.rng, customer_says.GIVES[item])
        self.conversation.given.add(item)
        self.says("gives", phrase.format_map(self.facts))

    # -------------------------------------------------------------- the answers
    def solution(self, may_act: bool = True) -> str:
        """Return an answer's text; note the instruction it may hold."""
        rng = self.rng
        pool = "steps" if rng.random() < 0.3 else "answers"
        parts = [pick(rng, self.phrases[pool]).format_map(self.facts)]
        actions = self.habits.actions
        if may_act and actions and rng.random() < self.habits.act:
            action = pick(rng, actions)
            parts.append(
                pick(rng, agent_says.ACTIONS[action]).format_map(self.facts)
            )
            self.acted = action
        return " ".join(parts)

    def answer(self, frames: list | None = None, kind: str = "answer") -> None:
        """Let the AI agent give an answer, with its instruction noted."""
        rng = self.rng
        self.acted = None
        text = self.solution()
        if frames:
            text = pick(rng, frames).format(answer=text)
        else:
            start = pick(rng, agent_says.STARTS)
            end = pick(rng, agent_says.ENDS)
            text = " ".join(part for part in (start, text, end) if part)
        message = self.answers(kind, text)
        known = {entry.action for entry in self.conversation.instructions}
        if self.acted and self.acted not in known:
            self.conversation.instructions.append(Instruction(
                self.acted, message.at, message.seen_at
            ))

    # ------------------------------------------------------------ the reactions
    def thank(self) -> None:
        """Let the customer say thanks, and the agent sometimes reply."""
        self.wait()
        self.says("thanks", pick(self.rng, customer_says.THANKS), False)
        if self.session and self.rng.random() < 0.35:
            self.answers("welcome", pick(self.rng, agent_says.WELCOMES))

    def confirm(self) -> None:
        """Let the customer confirm that the problem is gone."""
        self.wait()
        self.says("confirm", pick(self.rng, customer_says.CONFIRMS), False)

    def reply(self, kind: str, pool: list) -> None:
        """Let the customer react with a phrase of the pool."""
        self.wait()
        self.says(kind, pick(self.rng, pool).format_map(
            {**self.facts, "problem": self.core}
        ))

    def end_well(self) -> None:
        """React to an answer that was right."""
        luck = self.rng.random()
        if luck < 0.06:
            self.reply("not_fixed", customer_says.NOT_FIXED)
            self.answer(agent_says.AGAIN)
            self.confirm()
            return
        if luck < 0.14:
            self.reply("confused", customer_says.CONFUSED)
            self.answer(agent_says.CLEARER)
            luck = self.rng.random()
        if luck < 0.38:
            self.thank()
        elif luck < 0.60:
            self.confirm()

    def end_badly(self) -> None:
        """React to an answer that was wrong, without being handed over."""
        rng = self.rng
        luck = rng.random()
        silent = self.habits.thank_when_wrong + 0.38
        if luck < self.habits.thank_when_wrong:
            self.thank()
        elif luck < silent:
            return
        elif luck < silent + 0.12:
            self.reply("confused", customer_says.CONFUSED)
            self.answer(agent_says.CLEARER)
            if rng.random() < 0.3:
                self.thank()
        else:
            if rng.random() < 0.25:
                self.reply("repeat", customer_says.REPEATS)
                self.answer(agent_says.SAME_AGAIN)
            else:
                self.reply("not_fixed", customer_says.NOT_FIXED)
                self.answer(agent_says.AGAIN)
            luck = rng.random()
            if luck < 0.38:
                self.reply("asks_human", customer_says.ASKS_HUMAN)
                self.conversation.asked_human_at = self.now
                self.answer(agent_says.DEFLECTS)
            elif luck < 0.58:
                self.reply("frustrated", customer_says.FRUSTRATED)
                self.answer(agent_says.DEFLECTS)
            elif luck < 0.70:
                self.thank()

    # ----------------------------------------------------------- the hand-over
    def hand_over(self, reason: str) -> None:
        """Let the AI agent pass the conversation to the humans."""
        rng = self.rng
        if reason == "customer_request":
            self.answer()
            if rng.random() < 0.5:
                self.reply("not_fixed", customer_says.NOT_FIXED)
                self.answer(agent_says.AGAIN)
            if rng.random() < 0.3:
                self.reply("frustrated", customer_says.FRUSTRATED)
                self.answer(agent_says.DEFLECTS)
            self.reply("asks_human", customer_says.ASKS_HUMAN)
            self.conversation.asked_human_at = self.now
            start = ""
        elif reason == "inability":
            start = pick(rng, agent_says.CANNOT) + " "
        elif reason == "procedure":
            start = self.solution(may_act=False) + " "
        else:
            start = ""
        text = start + pick(rng, agent_says.HANDOFFS[reason])
        message = self.answers("handoff", text)
        conversation = self.conversation
        conversation.handed_at = message.at + self.skew + 1
        conversation.handoff_reason = reason
        self.now = conversation.handed_at
        conversation.has_note = rng.random() < 0.6
        if conversation.has_note:
            note = pick(rng, agent_says.HANDOFF_NOTES).format(
                label=self.phrases["label"], problem=self.core, reason=reason
            )
            conversation.messages.append(Message(
                self.now, "ai_agent", "note", note, "note", is_public=False,
                seen_at=self.now,
            ))

    def queue(self) -> None:
        """Wait in the queue until a human takes over."""
        luck = self.rng.random()
        if self.place == "chat":
            self.now += MINUTE + int(luck * luck * 40 * MINUTE)
        else:
            self.now += 25 * MINUTE + int(luck * luck * 20 * HOUR)

    def be_abandoned(self) -> None:
        """Wait in the queue for a human who never comes."""
        if self.rng.random() < 0.35:
            self.queue()
            self.says(
                "waits",
                pick(self.rng, customer_says.WAITS).format_map(self.facts),
            )

    def human_part(self, was_handed: bool, resolved: bool) -> None:
        """Let a human work on it; the customer may have to explain again."""
        rng = self.rng
        conversation = self.conversation
        self.queue()
        start = pick(rng, agent_says.HUMAN_STARTS).format(
            name=self.facts["name"],
            agent=agent_says.AGENT_NAMES[self.human - 1],
        )
        if was_handed and rng.random() < REASK_RATE:
            self._explain_again(start)
        elif rng.random() < 0.3:
            self._ask_new(start)
        elif rng.random() < 0.5:
            self.human_says(
                "takes_over",
                start + " " + pick(rng, agent_says.HUMAN_KNOWS),
            )
        else:
            self.human_says(
                "takes_over",
                start + " " + pick(rng, agent_says.HUMAN_NEUTRAL),
            )
        if rng.random() < 0.1:
            self.queue()
            self.human_says("transfers", agent_says.HUMAN_TRANSFERS[0])
            self.human = 1 + self.human % HUMAN_AGENTS
        if rng.random() < 0.25:
            self.wait()
            self.says(
                "acknowledges", pick(rng, customer_says.ACKNOWLEDGES), False
            )
        self._human_result(resolved)
        luck = rng.random()
        if resolved:
            if luck < 0.36:
                self._word("thanks", customer_says.THANKS)
            elif luck < 0.60:
                self._word("confirm", customer_says.CONFIRMS)
        elif luck < 0.2:
            self._word("thanks", customer_says.THANKS)
        elif luck < 0.4:
            self.reply("not_fixed", customer_says.NOT_FIXED)
            self._human_result(False)

    def _human_result(self, resolved: bool) -> None:
        self.queue()
        pool = agent_says.HUMAN_SOLVES if resolved else agent_says.HUMAN_FAILS
        self.human_says("answer", capital(
            pick(self.rng, pool).format(label=self.phrases["label"])
        ))

    def _word(self, kind: str, pool: list) -> None:
        self.wait()
        self.says(kind, pick(self.rng, pool), False)

    def _explain_again(self, start: str) -> None:
        rng, conversation = self.rng, self.conversation
        given = sorted(conversation.given)
        if rng.random() < 0.55:
            item = pick(rng, given) if given and rng.random() < 0.75 else ""
            ask = pick(rng, agent_says.HUMAN_ASKS[item or "problem"])
            message = self.human_says("asks_again", start + " " + ask)
            conversation.reexplained_at = message.at
            if item and rng.random() < 0.7:
                self.wait()
                self.give(item)
            else:
                self.reply("explains_again", customer_says.AS_I_SAID)
        else:
            self.human_says(
                "takes_over",
                start + " " + pick(rng, agent_says.HUMAN_NEUTRAL),
            )
            pool = customer_says.AS_I_SAID
            is_plain = not (conversation.is_vague_opening or self.has_lead)
            if is_plain and rng.random() < 0.4:
                pool = customer_says.REPEATS
            self.reply("explains_again", pool)
            conversation.reexplained_at = self.now

    def _ask_new(self, start: str) -> None:
        given = self.conversation.given
        items = [
            item for item in ("order", "email", "account")
            if item not in given
        ]
        if not items:
            self.human_says("takes_over", start)
            return
        item = pick(self.rng, items)
        ask = pick(self.rng, agent_says.HUMAN_ASKS[item])
        self.human_says("asks_new", start + " " + ask)
        self.wait()
        self.give(item)

    # -------------------------------------------------------------------- dirt
    def _soiled(self, kind: str, text: str) -> str:
        """Return the text with what real mail bodies carry."""
        rng, dirt = self.rng, self.dirt
        luck = rng.random()
        if kind == "opening":
            if luck < 0.0006:
                dirt["bodies_of_50000_characters"] += 1
                filler = "\n2026-01-01 00:00:00 INFO worker heartbeat ok"
                text = (text + filler * 1200)[:50000]
            elif luck < 0.007:
                dirt["prompt_like_text"] += 1
                text += "\n" + pick(rng, customer_says.PROMPT_LIKE)
            elif luck < 0.04:
                dirt["emoji_and_foreign_scripts"] += 1
                text += pick(rng, customer_says.UNICODE)
            elif luck < 0.05:
                dirt["html_bodies"] += 1
                text = "<div><p>" + text.replace("\n", "<br>") + "</p></div>"
        elif self.place == "mail" and luck < 0.15:
            quoted = [
                message.text for message in self.conversation.messages
                if message.is_public and message.role != "customer"
            ]
            if quoted:
                dirt["quoted_reply_chains"] += 1
                quote = quoted[-1].replace("\n", "\n> ")
                text += (
                    "\n\nOn Mon, Jan 5, 2026, Lumenly Support wrote:\n> "
                    + quote
                )
        return text
