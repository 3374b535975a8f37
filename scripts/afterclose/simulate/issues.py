"""Follows one problem of one customer through all its conversations.

A problem that was not solved usually comes back: on a new ticket, on the
same ticket after it was solved, in the same chat a day later, in another
channel, or straight to a human by mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .intents import INTENT_HABITS
from .phrases import agent_says, customer_says
from .plan import HOUR, WEEK
from .records import NEVER, Change, Conversation, Customer, Message, Thread
from .story import Teller
from .text import facts_of_issue, pick

if TYPE_CHECKING:
    from .world import Block

DAY = 24 * HOUR
RETURN_RATE = 0.86
RELAPSE_RATE = 0.02
HUMAN_SKILL = 0.80
AUTO_CLOSE_HOURS = (1, 4, 24, 24, 48, 72)
# (share, from, to) of the time until a customer comes back, in seconds.
RETURN_DELAYS = [
    (0.15, 25 * 60, 3 * HOUR),
    (0.45, 3 * HOUR, DAY),
    (0.80, DAY, 3 * DAY),
    (0.96, 3 * DAY, WEEK),
    (1.00, WEEK, 8 * DAY),
]
CARRIERS = ["ticket_id", "ticket_id", "session_id", "customer_and_time"]


class Chain:
    """One issue and the conversations it takes."""

    def __init__(
        self, block: Block, customer: Customer, intent: str, start: int
    ) -> None:
        self.block = block
        self.rng = block.rng
        self.customer = customer
        self.intent = intent
        self.habits = INTENT_HABITS[intent]
        self.at = start
        self.facts = facts_of_issue(
            self.rng, customer.name, customer.email
        )
        self.issue_id = block.new_issue_id()
        self.is_linkable = customer.keys != "unlinkable"
        self.handed = False
        self.same_chat: tuple[str, int] | None = None
        customer.intents.append(intent)

    def live(self) -> None:
        """Tell the whole chain and add its threads to the block."""
        rng, customer = self.rng, self.customer
        luck = rng.random()
        kind = "chat" if luck < 0.66 or not self.is_linkable else "email"
        if self._may_write_to_humans() and rng.random() < 0.17:
            kind = "human_email"
        thread, follow_up = None, None
        for ordinal in range(6):
            if thread is None:
                thread = self._new_thread(kind, follow_up)
                conversation = self._converse(
                    thread, kind, ordinal, "new_contact"
                )
            elif thread.ticket:
                conversation = self._converse(thread, kind, ordinal, "reopen")
            else:
                conversation = self._converse(
                    thread, kind, ordinal, "same_session"
                )
            come_back = self._plan_return(thread, conversation, ordinal)
            if come_back is None:
                return
            self.at, kind, thread, follow_up = come_back

    def _may_write_to_humans(self) -> bool:
        """Return whether this customer ever mails past the AI agent.

        Not those who also chat without a ticket: such a chat beside an open
        ticket that no session names would look like the ticket's own. And
        not those whom the desk does not know, for only a trace names them.
        """
        return (
            self.is_linkable and not self.customer.may_skip_ticket
            and self.customer.keys != "unknown_to_desk"
        )

    # ------------------------------------------------------------ conversations
    def _new_thread(self, kind: str, follow_up: int | None) -> Thread:
        block, rng, customer = self.block, self.rng, self.customer
        ticket, sessions = None, []
        handed = rng.random() < self.habits.handoff + self.habits.procedure
        self.handed = handed
        no_ticket = (
            kind == "chat" and not handed and customer.may_skip_ticket
            and rng.random() < 0.24
        )
        if not self.is_linkable:
            no_ticket, self.handed = True, False
        if not no_ticket:
            channel = "chat" if kind == "chat" else "email"
            late = 0
            if channel == "chat" and rng.random() < 0.5:
                late = int(rng.random() * 90)
            subject = f"Question about {self.intent.replace('_', ' ')}"
            if rng.random() < 0.3:
                subject = "Support request"
            ticket = block.new_ticket(
                self.at + late, channel, customer, subject
            )
            ticket.follow_up_of = follow_up
            if channel == "chat" and self.same_chat:
                self.block.counts["chats_on_two_tickets"] += 1
                ticket.chat_id, ticket.chat_base = self.same_chat
        if kind != "human_email":
            sessions.append(self._new_session(ticket))
            if sessions[0].carried_by == "customer_and_time":
                # Two spells that begin together are each other's nearest,
                # whatever else of this customer is open at the time.
                ticket.created_at = self.at
        thread = Thread(
            f"{block.number}-{len(block.threads)}", self.issue_id,
            self.intent, customer, ticket, sessions,
            is_linkable=self.is_linkable,
        )
        block.threads.append(thread)
        customer.threads.append(thread)
        customer.starts.append(self.at)
        customer.first_seen_at = min(customer.first_seen_at, self.at)
        return thread

    def _new_session(self, ticket: object) -> object:
        carried_by = "no_ticket"
        if ticket:
            carried_by = pick(self.rng, CARRIERS)
            knows = self.customer.keys != "unknown_to_desk"
            if carried_by == "customer_and_time" and not knows:
                carried_by = "ticket_id"
        session = self.block.new_session(carried_by)
        session.ticket = ticket
        if carried_by == "session_id":
            if ticket.session_field is None and self.rng.random() < 0.5:
                ticket.session_field = session.session_id
            else:
                tag = f"session:{session.session_id}"
                ticket.tags.append((tag, ticket.created_at))
        return session

    def _converse(
        self, thread: Thread, kind: str, ordinal: int, opened_by: str
    ) -> Conversation:
        rng, block = self.rng, self.block
        channel = "chat" if kind == "chat" else "email"
        conversation = Conversation(
            len(thread.conversations) + 1, channel, opened_by
        )
        was_human = any(
            entry.handed_at < NEVER for entry in thread.conversations
        ) or not thread.sessions
        session = None
        if not was_human:
            session = thread.sessions[-1]
        skew = 0
        if thread.ticket and rng.random() < 0.25:
            skew = 1 + int(rng.random() * 40)
        teller = Teller(
            rng, conversation, self.intent, self.habits, self.facts, session,
            skew, self.at, block.dirt,
        )
        thread.conversations.append(conversation)
        if session and opened_by == "new_contact" and rng.random() < 0.006:
            self._say_hello_only(teller, thread, conversation)
            return conversation
        # Who writes where the story can be read needs few words.
        vague_rate = 0.04 if opened_by == "new_contact" else 0.20
        is_vague = ordinal > 0 and rng.random() < vague_rate
        teller.open(ordinal, is_vague)
        if was_human:
            self._human_only(teller, conversation)
        else:
            self._with_ai(teller, thread, conversation, ordinal)
            teller.finish()
        if thread.ticket:
            self._tend_ticket(thread, conversation)
        return conversation

    def _say_hello_only(self, teller, thread, conversation) -> None:
        """Let the customer leave after a greeting."""
        self.block.counts["conversations_that_are_only_a_greeting"] += 1
        teller.says("greeting", pick(self.rng, customer_says.GREETINGS), False)
        teller.answers("hello", "Hello! How can I help you today?")
        conversation.is_really_resolved = True
        if thread.ticket:
            self._tend_ticket(thread, conversation)

    def _human_only(self, teller: Teller, conversation: Conversation) -> None:
        resolved = self.rng.random() < HUMAN_SKILL
        conversation.is_really_resolved = resolved
        teller.human_part(False, resolved)

    def _with_ai(self, teller, thread, conversation, ordinal) -> None:
        rng, habits = self.rng, self.habits
        handed = self.handed if conversation.opened_by == "new_contact" else (
            thread.ticket is not None
            and rng.random() < min(1, habits.handoff * 1.6 + habits.procedure)
        )
        if not conversation.is_vague_opening:
            teller.clarify()
        if not handed:
            skill = habits.resolve * (0.75 if ordinal else 1)
            resolved = rng.random() < skill
            teller.answer()
            if resolved:
                teller.end_well()
            else:
                teller.end_badly()
            conversation.is_really_resolved = resolved
            return
        luck = rng.random()
        if habits.procedure:
            reason = "procedure"
        elif luck < 0.45:
            reason = "customer_request"
        elif luck < 0.85:
            reason = "inability"
        else:
            reason = "capacity"
        teller.hand_over(reason)
        if rng.random() < 0.07:
            teller.be_abandoned()
            return
        conversation.is_really_resolved = rng.random() < HUMAN_SKILL
        teller.human_part(True, conversation.is_really_resolved)

    # -------------------------------------------------------------- the ticket
    def _tend_ticket(self, thread: Thread, conversation: Conversation) -> None:
        """Write the assignments and the hand-over into the ticket's life."""
        rng, ticket = self.rng, thread.ticket
        changes = ticket.changes
        if conversation.number == 1:
            ticket.created_at = min(
                ticket.created_at, conversation.handed_at - 1
            )
            self._greet_by_bot(ticket, conversation)
            if ticket.channel == "email" and rng.random() < 0.012:
                self._send_nothing(conversation)
            changes.append(Change(ticket.created_at, "status", "open", "bot"))
            if thread.sessions and rng.random() < 0.55:
                changes.append(
                    Change(ticket.created_at, "assignee", "ai", "bot")
                )
        else:
            opened_at = conversation.messages[0].at
            changes.append(Change(opened_at, "status", "open", "customer"))
        humans = [
            message for message in conversation.messages
            if message.role == "human_agent"
        ]
        if conversation.handed_at < NEVER:
            agent = humans[0].author if humans else 1 + int(rng.random() * 12)
            shown = rng.random()
            if ticket.channel == "chat" and shown < 0.6:
                changes.append(
                    Change(conversation.handed_at, "transfer", None, "bot")
                )
            if ticket.channel != "chat" or shown > 0.2:
                changes.append(Change(
                    conversation.handed_at, "assignee", f"human:{agent}", "ai"
                ))
            has_reason_tag = any(
                tag.startswith("handoff:") for tag, _ in ticket.tags
            )
            if not has_reason_tag and (
                conversation.handoff_reason == "procedure"
                or rng.random() < 0.7
            ):
                word = conversation.handoff_reason
                word = "agent_inability" if word == "inability" else word
                ticket.tags.append(
                    (f"handoff:{word}", conversation.handed_at)
                )
        elif humans and conversation.number == 1:
            changes.append(Change(
                humans[0].at, "assignee", f"human:{humans[0].author}", "bot"
            ))
        for before, after in zip(humans, humans[1:]):
            if before.author != after.author:
                changes.append(Change(
                    before.at + 1, "assignee", f"human:{after.author}",
                    f"human:{before.author}",
                ))

    def _greet_by_bot(self, ticket, conversation: Conversation) -> None:
        """Let the automation bot speak first, as help desks are set up to."""
        rng = self.rng
        if rng.random() > 0.3:
            return
        if ticket.channel == "chat":
            text = pick(rng, agent_says.BOT_HELLOS)
            at, place = conversation.messages[0].at - 2, "chat"
        else:
            text = pick(rng, agent_says.AUTO_REPLIES).format(
                ticket=ticket.number
            )
            at, place = ticket.created_at + 1, "mail"
        self.block.counts["bot_messages_that_look_like_agents"] += 1
        conversation.messages.append(Message(
            at, "bot_automation", "automatic", text, place, seen_at=at
        ))

    def _send_nothing(self, conversation: Conversation) -> None:
        """Let a mail arrive that holds nothing but an attachment."""
        if self.block.dirt is None:
            return
        self.block.counts["empty_bodies"] += 1
        at = conversation.messages[0].at + 5
        text = pick(self.rng, [None, "", " \n "])
        conversation.messages.append(Message(
            at, "customer", "empty", text, "mail", seen_at=at
        ))

    # ---------------------------------------------------------------- the close
    def _plan_return(self, thread, conversation, ordinal) -> tuple | None:
        """Close the conversation; return when and how the customer is back.

        Returns (time, kind, thread or None for a new one, number of the
        ticket it follows up or None), or None when nobody comes back.
        """
        rng = self.rng
        answers = [
            message for message in conversation.messages
            if message.is_public
            and message.role in ("ai_agent", "human_agent")
        ]
        anchor = answers[-1].at
        last = max(message.at for message in conversation.messages)
        rate = RELAPSE_RATE
        if not conversation.is_really_resolved:
            rate = RETURN_RATE * 0.9 ** ordinal
        delay = None
        if conversation.opening_text is None:
            rate = 0.0
        if rng.random() < rate and ordinal < 5:
            delay = self._delay()
        if not thread.ticket:
            return self._return_without_ticket(thread, last, anchor, delay)
        return self._return_with_ticket(
            thread, conversation, last, anchor, delay
        )

    def _delay(self) -> int:
        luck = self.rng.random()
        for limit, shortest, longest in RETURN_DELAYS:
            if luck < limit:
                return shortest + int(
                    self.rng.random() * (longest - shortest)
                )
        return 8 * DAY

    def _return_without_ticket(self, thread, last, anchor, delay):
        rng = self.rng
        if delay is None:
            return None
        at = max(anchor + delay, last + 20 * 60)
        luck = rng.random()
        if at > last + DAY + HOUR and luck < 0.6:
            return at, "chat", thread, None
        if luck < 0.8 or not self.is_linkable:
            return at, "chat", None, None
        return at, "email", None, None

    def _return_with_ticket(self, thread, conversation, last, anchor, delay):
        rng, ticket = self.rng, thread.ticket
        was_handed = conversation.handed_at < NEVER
        luck = rng.random()
        at = None
        reopens = False
        if delay is not None:
            at = max(anchor + delay, last + 20 * 60)
            reopens = luck < 0.32
        kinds = {message.kind for message in conversation.messages}
        if reopens:
            room = at - last
            solved = last + 100 + int(room * (0.05 + 0.6 * rng.random()))
            solved = min(solved, at - 60, anchor + 4 * DAY)
            solver = "ai" if rng.random() < 0.4 else "bot"
        elif kinds & {"thanks", "confirm"} and rng.random() < 0.6:
            solved = last + 100 + int(rng.random() * 600)
            solver = "ai" if rng.random() < 0.6 else "bot"
        else:
            hours = pick(rng, AUTO_CLOSE_HOURS)
            solved = anchor + int(hours * HOUR * (1 + 0.3 * rng.random()))
            solved = max(solved, last + 100)
            solver = "bot"
        if was_handed and solver == "ai":
            solver = "bot"
        conversation.solved_at = solved
        ticket.changes.append(Change(solved, "status", "solved", solver))
        closed = solved + int((72 + 24 * rng.random()) * HOUR)
        follows = None
        if reopens and at >= closed - HOUR:
            reopens = False
            follows = ticket.number
        if reopens:
            self._survey(conversation, ticket, solved, at)
            kind = "chat" if ticket.channel == "chat" else "email"
            if kind == "chat" and rng.random() < 0.25:
                kind = "email"
                if thread.sessions and not any(
                    entry.handed_at < NEVER for entry in thread.conversations
                ):
                    for earlier in thread.sessions:
                        # A ticket that a session names is out of the guess
                        # by customer and time, so its others must name it.
                        if earlier.carried_by == "customer_and_time":
                            earlier.carried_by = "ticket_id"
                    session = self.block.new_session("ticket_id")
                    session.ticket = ticket
                    thread.sessions.append(session)
            return at, kind, thread, None
        closed = self._after_close(
            thread, conversation, solved, anchor, closed, at
        )
        ticket.changes.append(Change(closed, "status", "closed", "bot"))
        self._survey(conversation, ticket, solved, closed)
        if delay is None:
            return None
        if follows:
            return at, "email", None, follows
        if ticket.channel == "chat" and luck < 0.45:
            self.same_chat = (ticket.chat_id, ticket.chat_base + 1000)
        same, other = "chat", "email"
        if ticket.channel != "chat":
            same, other = other, same
        if luck < 0.66:
            return at, same, None, None
        if luck < 0.88 or not self._may_write_to_humans():
            return at, other, None, None
        return at, "human_email", None, None

    def _after_close(
        self, thread, conversation, solved, anchor, closed, returns_at
    ) -> int:
        """Let thanks and automatic replies arrive after the close."""
        rng, ticket = self.rng, thread.ticket
        luck = rng.random()
        at = solved + 120 + int(rng.random() * 6 * HOUR)
        latest = anchor + 71 * HOUR
        if returns_at is not None:
            latest = min(latest, returns_at - HOUR)
        if at > latest:
            return closed
        if luck < 0.07 and conversation.is_really_resolved:
            self.block.counts["thanks_after_the_close"] += 1
            text, kind = pick(rng, customer_says.THANKS), "late_thanks"
        elif luck < 0.095 and self.block.dirt is not None:
            self.block.counts["automatic_replies_after_the_close"] += 1
            pool = customer_says.OUT_OF_OFFICE + customer_says.BOUNCES
            text = pick(rng, pool).format_map(self.facts)
            kind = "auto_reply"
        else:
            return closed
        place = "mail" if kind == "auto_reply" else (
            "chat" if conversation.channel == "chat" else "mail"
        )
        conversation.messages.append(Message(
            at, "customer", kind, text, place, seen_at=at
        ))
        if rng.random() < 0.5:
            again = at + int((1 + 19 * rng.random()) * HOUR)
            ticket.changes.append(Change(at, "status", "open", "customer"))
            ticket.changes.append(Change(again, "status", "solved", "bot"))
            return again + int((72 + 24 * rng.random()) * HOUR)
        return closed

    def _survey(self, conversation, ticket, solved: int, until: int) -> None:
        """Offer a rating after the close; few answer it."""
        rng = self.rng
        if rng.random() > 0.6:
            return
        offered = solved + 60 + int(rng.random() * HOUR)
        if offered >= until:
            return
        ticket.changes.append(Change(offered, "rating", "offered", "bot"))
        good = 0.92 if conversation.is_really_resolved else 0.55
        if rng.random() < 0.065:
            at = offered + 600 + int(rng.random() * 40 * HOUR)
            word = "good" if rng.random() < good else "bad"
            if at < until:
                ticket.changes.append(Change(at, "rating", word, "customer"))
        if rng.random() < 0.2 and ticket.channel == "email":
            conversation.messages.append(Message(
                offered, "bot_automation", "survey",
                "How would you rate the support you received? Good / Bad",
                "mail", seen_at=offered,
            ))
