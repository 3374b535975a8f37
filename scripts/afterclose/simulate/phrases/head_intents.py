"""The eight intents that hold most of the volume.

``problems`` and ``asks`` are combined into openings; ``answers`` are short,
``steps`` long. Words in braces are slots filled by ``text.fill``.
"""

HEAD_INTENTS = {
    "password_reset": {
        "label": "the password reset",
        "problems": [
            "I forgot my password and the reset mail never arrives",
            "I can't get into my account because my password is not accepted",
            "the password reset link says it has expired",
            "my new password is rejected every time I type it",
            "since {day} my old password no longer works on the {device}",
            "I requested a password reset {count} times and nothing happened",
            "I am locked out after too many wrong passwords",
            "the reset password page only shows a blank screen on my {device}",
            "after changing my {device} I do not remember my password",
            "the forgotten password form tells me that {email} is unknown",
            "my password was changed and it was not me",
            "it says password must contain a symbol although it does",
        ],
        "asks": [
            "How do I reset my password?",
            "Can you send me a new password reset mail?",
            "Please help me to choose a new password.",
            "I need a password reset as soon as possible.",
            "What can I do to set the password again?",
            "Could you unlock my account and let me pick a new password?",
            "Is there another way to recover my password?",
        ],
        "answers": [
            "I have just triggered a new password reset for your account.",
            "Your account was locked after several wrong passwords and I"
            " have unlocked it.",
            "The old reset mail expires after one hour, so I sent a fresh one.",
        ],
        "steps": [
            "1. Close all browser windows.\n2. Go to the sign-in page and"
            " choose Forgot password.\n3. Use the newest mail only.\n4. Pick"
            " a password of at least 12 characters.",
            "First clear your browser cache, then request the reset again,"
            " and finally sign in with the new password on one device only.",
        ],
    },
    "billing_dispute": {
        "label": "the charge",
        "problems": [
            "I was charged twice in {month}",
            "there is a charge of {amount} on my statement that I do not"
            " recognise",
            "you billed me {amount} although the agreed price was lower",
            "my bill for {month} is wrong, it shows {amount}",
            "I was billed for the {plan} plan that I never ordered",
            "you took {amount} from my account without asking",
            "the amount charged on {day} does not match the contract",
            "I was still billed {amount} after my trial ended early",
            "I see two identical charges of {amount} in {month}",
            "the tax on my {month} bill is calculated wrongly",
            "I was overcharged by {amount} for extra seats",
            "my company was billed {amount} for users who left",
        ],
        "asks": [
            "I dispute this charge.",
            "Please correct the bill.",
            "Why was I charged that much?",
            "I want the wrong charge taken back.",
            "Can you explain this billing?",
            "Someone has to look at my overcharged bill.",
            "I will not pay a wrong charge.",
        ],
        "answers": [
            "I checked your billing: the second charge is a reservation that"
            " disappears by itself.",
            "The charge is correct and results from the switch of your plan"
            " in the middle of the month.",
            "I have noted the overcharge and it is corrected automatically"
            " on your next bill.",
        ],
        "steps": [
            "The charge has three parts: 1. the base fee, 2. the pro-rated"
            " seats, 3. the tax of your country. Please compare each line of"
            " the bill with your order and you will see that the sum fits.",
            "To correct a bill: 1. note the line that is wrong, 2. mark it in"
            " the statement, 3. upload the statement. The billing team then"
            " adjusts the charge within the next cycle.",
        ],
    },
    "refund_status": {
        "label": "the refund",
        "problems": [
            "I returned {product} on {day} and still have no refund",
            "my refund of {amount} has not arrived",
            "I was promised a refund in {month} and nothing came",
            "the refund for order {order} is missing",
            "my money for the returned {product} is not back yet",
            "the portal shows refund pending for {count} weeks",
            "I sent back order {order} and waited {count} weeks for the refund",
            "only part of my refund was paid, {amount} are missing",
            "the refund went to a bank account that I closed",
            "your parcel service confirmed my return but no refund followed",
        ],
        "asks": [
            "Where is my refund?",
            "When do I get my money back?",
            "What is the status of the refund?",
            "Please check my refund.",
            "How long does a refund take?",
            "Can you refund me today?",
            "Has the refund been issued?",
        ],
        "answers": [
            "Your return has been booked and the refund is on its way.",
            "The refund was issued to the payment method you used.",
            "I can see the return; the refund has been approved.",
        ],
        "steps": [
            "A refund has three stages: 1. the warehouse checks the parcel,"
            " 2. accounting approves the amount, 3. your bank books it. Yours"
            " is at stage two, so nothing is needed from you.",
            "Please do the following: 1. look at the bank statement, 2. search"
            " for our name, 3. compare the amount with the return slip. Most"
            " refunds that seem missing are found like that.",
        ],
    },
    "delivery_delay": {
        "label": "the delivery",
        "problems": [
            "my parcel should have arrived on {day}",
            "order {order} has not been delivered",
            "the tracking of my parcel has not moved since {day}",
            "the courier says delivered but there is no parcel",
            "delivery of {product} is {count} days late",
            "the delivery date of order {order} was moved again",
            "my package is stuck in {city}",
            "I stayed at home on {day} and no courier came",
            "the tracking number for order {order} does not work",
            "half of my delivery is missing, only {product} came",
        ],
        "asks": [
            "Where is my parcel?",
            "When will it be delivered?",
            "Please find out where the package is.",
            "Can you speed up the delivery?",
            "Is my delivery lost?",
            "I need the parcel before {day}.",
            "Which courier has it?",
        ],
        "answers": [
            "The parcel is in the depot of {city} and continues tonight.",
            "The courier reports a delay because of the weather.",
            "The delivery was handed to the courier this morning.",
        ],
        "steps": [
            "Please 1. ask your neighbours, 2. look at the drop-off place you"
            " chose, 3. check the card in your mailbox. If the parcel is in"
            " none of them, the courier starts a search by itself.",
            "The parcel makes three stops: 1. the warehouse, 2. the hub in"
            " {city}, 3. your local depot. It has left the second, and the"
            " tracking page follows a day later.",
        ],
    },
    "card_update": {
        "label": "your payment card",
        "problems": [
            "my credit card expires in {month}",
            "I got a new card ending in {last4}",
            "the payment failed because my card was replaced",
            "the site does not accept my new credit card",
            "I want to pay with another card from {month} on",
            "my bank blocked the old card ending {last4}",
            "saving a new payment card gives error {error}",
            "I need to replace the company credit card on file",
            "my payment method is outdated since {day}",
            "the card form keeps spinning when I enter my card on the {device}",
        ],
        "asks": [
            "How do I update my card?",
            "Please change my payment card.",
            "Where can I enter a new credit card?",
            "Can you replace the card on file?",
            "I need to change the payment method.",
            "How can I remove the old card?",
            "What do I do to add the new card?",
        ],
        "answers": [
            "You can replace the card yourself at any time and the next"
            " payment uses the new one.",
            "The old card stays valid until the new one is saved.",
            "I removed the block, so the new card can be entered now.",
        ],
        "steps": [
            "1. Sign in as the owner of the account. 2. Have the card and the"
            " phone for the bank's approval ready. 3. Enter the number without"
            " spaces. 4. Confirm in the app of your bank.",
            "Please remove the old card first, wait a minute, add the new"
            " card and then press Pay open amount so that the failed payment"
            " is repeated.",
        ],
    },
    "login_two_factor": {
        "label": "the login code",
        "problems": [
            "I don't receive the two-factor code on my phone",
            "my authenticator app shows codes that are not accepted",
            "I have a new phone and lost my authenticator",
            "the verification code by SMS arrives after it expired",
            "two-factor asks for a code on every login",
            "my backup codes for two-factor do not work",
            "the six digit code is rejected with error {error}",
            "I cannot log in because the verification SMS goes to my old"
            " number",
            "since {day} the authenticator code fails on my {device}",
            "two-step verification locks out my colleague",
        ],
        "asks": [
            "How do I get past the two-factor code?",
            "Please switch off two-factor for me.",
            "Can you send the verification code by mail?",
            "How do I move the authenticator to another phone?",
            "I need new backup codes.",
            "Can you reset my two-factor login?",
            "What can I do to receive the code?",
        ],
        "answers": [
            "The clock of your phone has to be on automatic, then the codes"
            " are accepted.",
            "I have reset the verification for your account, the next login"
            " pairs a new phone.",
            "The SMS provider had a disturbance that is over now.",
        ],
        "steps": [
            "1. Set the clock of the phone to automatic. 2. Remove the old"
            " entry from the authenticator. 3. Scan the new QR code. 4. Type"
            " the six digits within thirty seconds.",
            "Please use one of the printed backup codes, then pair the new"
            " phone, then print a new list, because the old list stops"
            " working at once.",
        ],
    },
    "invoice_copy": {
        "label": "the invoice",
        "problems": [
            "I need the invoice for {month}",
            "my accountant asks for a copy of the invoice for order {order}",
            "I never received the invoice PDF of {month}",
            "the invoice mail has no attachment",
            "our VAT number is missing on the invoice",
            "I deleted the mail with the {month} invoice",
            "the invoice for {amount} shows the wrong company name",
            "I need all invoices of last year for the tax office",
            "the PDF of the invoice cannot be opened on my {device}",
            "invoices go to a colleague who left us",
        ],
        "asks": [
            "Can you send me the invoice?",
            "Where do I find my invoices?",
            "Please send a copy of the invoice as PDF.",
            "How can I download the invoice?",
            "I need the invoice by {day}.",
            "Could you issue the invoice again?",
            "Which page lists the invoices?",
        ],
        "answers": [
            "Every invoice is kept for ten years and can be opened as PDF.",
            "I corrected the company name, the document is created again"
            " within minutes.",
            "The mail was filtered, so I changed the address that gets the"
            " documents.",
        ],
        "steps": [
            "1. Sign in as an owner. 2. Choose the year. 3. Tick the months you"
            " need. 4. Press Export and wait for the archive, which holds one"
            " PDF per month.",
            "Please check the spam folder, then add our address to your"
            " contacts, and then press Send again next to the document.",
        ],
    },
    "cancel_subscription": {
        "label": "the cancellation",
        "problems": [
            "I want to cancel my subscription",
            "I no longer need the {plan} plan",
            "I would like to end my membership in {month}",
            "the cancel button is greyed out",
            "my subscription was renewed although I cancelled",
            "we close our shop and have to terminate the contract",
            "the subscription is too expensive for what I use",
            "I switched to another provider and must cancel the {plan} plan",
            "I cannot find where to cancel the subscription",
            "please stop the automatic renewal of my subscription",
        ],
        "asks": [
            "How do I cancel?",
            "Please cancel it for me.",
            "Cancel my subscription by the end of {month}.",
            "Can you confirm the cancellation?",
            "What is the notice period to cancel?",
            "Please terminate the subscription.",
            "Stop the subscription right away.",
        ],
        "answers": [
            "A cancellation is possible to the end of each billing period.",
            "Your subscription runs until the end of the paid month.",
            "I can prepare the cancellation of your subscription.",
        ],
        "steps": [
            "A cancellation has three effects: 1. the renewal stops, 2. your"
            " files stay for 30 days, 3. the seats of your colleagues close on"
            " the last day.",
        ],
    },
}
