"""What the AI agent, the bot and the human agents say."""

STARTS = [
    "Thanks for reaching out!", "Happy to help.", "I understand.",
    "Thank you for the details.", "Sure.", "Let me help you with that.",
    "Got it.", "I am sorry for the trouble.", "Thanks for your message.", "",
]
ENDS = [
    "Is there anything else I can do?", "Let me know if you have questions.",
    "Please tell me whether this helps.", "Have a nice day!", "", "", "",
    "I am here if you need more.",
]
HELLOS = [
    "Hello! How can I help you today?", "Hi, what can I do for you?",
    "Hi, I'm Ava. What is your question about?",
]
BOT_HELLOS = [
    "Welcome to Lumenly support! Please type your question.",
    "Hi there. Got a question? Just ask.",
]
AUTO_REPLIES = [
    "We have received your request #{ticket}. You will hear from us soon.",
    "Thank you for contacting Lumenly. Your request ({ticket}) is in our"
    " queue.",
]
CLARIFIES = {
    "order": ["Could you tell me the order number?",
              "Which order is it about? Please send the number."],
    "email": ["Which e-mail address does your account use?",
              "Please tell me the e-mail address of the account."],
    "account": ["What is your account number?",
                "Please give me the account number."],
    "error": ["Which error message do you see?",
              "What does the error say exactly?"],
}
CLEARER = [
    "Let me put it more simply: {answer}",
    "Sorry for being unclear. {answer}",
    "Of course: {answer}",
]
AGAIN = [
    "I see. Then please try this: {answer}",
    "Sorry that it did not help. {answer}",
    "Thanks for trying. {answer}",
]
SAME_AGAIN = [
    "As mentioned: {answer}", "{answer}",
]
WELCOMES = [
    "You're welcome!", "My pleasure, have a good day!", "Glad I could help.",
    "Any time!",
]
CANNOT = [
    "I'm sorry, I am not able to do that myself.",
    "Unfortunately I can't help with this request.",
    "I apologise, this goes beyond what I can do.",
]
DEFLECTS = [
    "I am sorry that you are unhappy. {answer}",
    "I understand your frustration. {answer}",
    "All our colleagues are busy at the moment. {answer}",
]
HANDOFFS = {
    "customer_request": [
        "Of course, I will connect you with a colleague.",
        "I am handing you over to a human agent now.",
    ],
    "inability": [
        "I will pass this on to a specialist.",
        "A colleague who can do this will take over.",
    ],
    "procedure": [
        "Our team has to finish this step, I transfer you now.",
        "For your security a colleague completes this request.",
    ],
    "capacity": [
        "I route you to the next free colleague.",
        "A member of our team will continue from here.",
    ],
}
HANDOFF_NOTES = [
    "Summary by Ava: customer writes about {label}. Stated: {problem}.",
    "Handover note: {problem}. Tried: standard answer. Reason: {reason}.",
]
HUMAN_STARTS = [
    "Hi {name}, this is {agent}.", "Hello {name},", "Hi, {agent} here.",
    "Good day {name},", "Hi {name}, thanks for waiting.",
]
HUMAN_ASKS = {
    "order": ["Could you please share your order number?",
              "What is the order number?",
              "Can you send me the order number so that I can look it up?"],
    "email": ["Which email address is on the account?",
              "Could you confirm your email address?"],
    "account": ["Can you give me your account number?",
                "What is your account number, please?"],
    "error": ["What error message do you see exactly?",
              "Could you send me the exact error text?"],
    "problem": ["Can you describe the problem?",
                "What is the problem you are having?",
                "How can I help, what seems to be the issue?"],
}
HUMAN_KNOWS = [
    "I have read the conversation and see what happened.",
    "I went through the notes of my digital colleague.",
    "I see everything in the history, no need to repeat anything.",
]
HUMAN_SOLVES = [
    "I have corrected {label} for you by hand.",
    "I took care of {label}; you will see the change within the hour.",
    "{label} is settled now, I checked it twice.",
    "I have arranged everything about {label}.",
]
HUMAN_FAILS = [
    "I have forwarded {label} to the back office.",
    "For {label} please wait until the next working day.",
    "I cannot see anything wrong with {label} on our side.",
]
HUMAN_NEUTRAL = [
    "I will take a look at it right away.",
    "Give me a moment to check.",
    "I am taking over from here.",
]
HUMAN_TRANSFERS = [
    "My colleague in the specialist team will finish this.",
]
OUTBOUND = [
    "Dear {name}, your subscription renews next month. No action is needed.",
    "Hello {name}, we changed our terms of service on {day}.",
    "Hi {name}, your order {order} contains an article that is back in"
    " stock.",
]
FIRST_NAMES = [
    "Anna", "Ben", "Carla", "David", "Elif", "Farid", "Grace", "Hiro",
    "Ines", "Jonas", "Kira", "Liam", "Mara", "Nils", "Olga", "Pedro",
    "Quinn", "Rosa", "Sami", "Tara", "Uwe", "Vera", "Wim", "Xenia", "Yara",
    "Zoe",
]
LAST_NAMES = [
    "Adler", "Brandt", "Costa", "Diaz", "Evans", "Fischer", "Gupta",
    "Hansen", "Ito", "Jensen", "Keller", "Lopez", "Meyer", "Novak", "Okafor",
    "Petrov", "Quist", "Rossi", "Silva", "Tanaka", "Ueda", "Vogel", "Weber",
    "Xu", "Yilmaz", "Zimmer",
]
AGENT_NAMES = [
    "Martina", "Tobias", "Priya", "Luca", "Sophie", "Kofi", "Emma", "Noah",
    "Lena", "Omar", "Ivy", "Paul",
]
ACTIONS = {
    "update_card": [
        "Please go to Settings > Billing > Update card and enter the new one.",
        "Under settings > billing > update card you can replace it in a"
        " minute.",
        "Open Settings > Billing > Update card, then confirm with your bank.",
    ],
    "open_reset_link": [
        "Please open the password reset link in the mail I just sent.",
        "Open the password reset link within the next hour and choose a new"
        " one.",
        "You only have to open the password reset link on the same device.",
    ],
    "download_invoice": [
        "You find all of them under Billing > Invoices.",
        "Please open Billing > Invoices and press Download.",
        "Go to billing > invoices and pick the month.",
    ],
    "enable_two_factor": [
        "Please pair the phone again under Settings > Security > Two-factor.",
        "Go to Settings > Security > Two-Factor and scan the new code.",
        "Under settings > security > two-factor you can print new codes.",
    ],
    "wait_for_refund": [
        "Your refund will appear in 3-5 business days.",
        "The refund will appear within 3 to 5 business days on your account.",
        "The refund will appear in 3-5 business days, you need not do"
        " anything.",
    ],
    "update_address": [
        "Please save the new one under Account > Addresses.",
        "You can edit it in Account > Addresses yourself.",
        "Open account > addresses and mark it as default.",
    ],
    "wait_for_delivery": [
        "Your parcel will arrive by {day}.",
        "According to the courier the parcel will arrive by {day}.",
        "The parcel will arrive by {day} at the latest, please wait for it.",
    ],
}
