"""The long tail: intents that are rare, each with a vocabulary of its own."""

TAIL_INTENTS = {
    "bug_report": {
        "label": "the crash",
        "problems": [
            "the app crashes when I open the dashboard",
            "the editor freezes on my {device}",
            "I get error {error} when saving a document",
            "since the update on {day} charts are not rendered",
            "search shows no results although the documents exist",
            "the screen stays white after the update",
            "drag and drop is broken in the board view",
            "the app shuts down with error {error}",
        ],
        "asks": [
            "Is this bug known?",
            "Please fix the crash.",
            "When will the bug be fixed?",
            "Is there a workaround for the error?",
        ],
        "answers": [
            "This bug is known and a fix is being rolled out.",
            "Please install the latest version, it contains a fix for the"
            " crash.",
        ],
        "steps": [
            "1. Quit the app. 2. Remove the cached files. 3. Install the"
            " latest version. 4. Start it once without plug-ins.",
        ],
    },
    "address_change": {
        "label": "your address",
        "problems": [
            "I moved to {city} last {day}",
            "my shipping address is outdated",
            "order {order} goes to my old address",
            "the street in my profile is misspelled",
            "I need a different delivery address for {month}",
            "the postcode of {city} is refused by the address form",
            "our office relocated to {city}",
            "the house number is missing in my address",
        ],
        "asks": [
            "How do I change my address?",
            "Please update the shipping address.",
            "Can you correct the address for me?",
            "Where can I edit the address?",
        ],
        "answers": [
            "A new address is used for everything that has not been packed.",
            "I corrected the spelling of the street in your profile.",
        ],
        "steps": [
            "1. Enter street and number in separate fields. 2. Pick the"
            " postcode from the list. 3. Mark the entry as default. 4. Save.",
        ],
    },
    "plan_upgrade": {
        "label": "the upgrade",
        "problems": [
            "we outgrew the {plan} plan",
            "I would like to upgrade to the yearly plan",
            "the upgrade page shows another price than the brochure",
            "we need {count} more seats in our workspace",
            "I upgraded on {day} but still see the old limits",
            "I am comparing the {plan} plan with the bigger one",
            "the upgrade button does nothing on my {device}",
            "our storage quota is full",
        ],
        "asks": [
            "How do I upgrade?",
            "What does the bigger plan cost?",
            "Can we upgrade in the middle of the month?",
            "Please upgrade our workspace.",
        ],
        "answers": [
            "An upgrade is active at once and charged for the days that are"
            " left.",
            "The bigger plan has twice the storage and priority support.",
        ],
        "steps": [
            "1. Compare the limits. 2. Choose monthly or yearly. 3. Set the"
            " number of seats. 4. Confirm as the owner of the workspace.",
        ],
    },
    "discount_code": {
        "label": "the voucher",
        "problems": [
            "the voucher {code} is not accepted at checkout",
            "my discount code {code} has expired",
            "I forgot to enter the coupon with order {order}",
            "the student discount was not applied",
            "the newsletter promised 10 percent off but the coupon fails",
            "the promo code {code} only works for new customers",
            "the voucher is not combined with the sale price",
        ],
        "asks": [
            "Can you apply the discount afterwards?",
            "Please give me a new coupon.",
            "Why is the voucher refused?",
            "How do I redeem the promo code?",
        ],
        "answers": [
            "The voucher needs a basket of at least 50 before tax.",
            "I extended the coupon by two weeks.",
        ],
        "steps": [
            "1. Empty the basket. 2. Add the articles again. 3. Enter the"
            " coupon before choosing the shipping. 4. Press Apply.",
        ],
    },
    "account_deletion": {
        "label": "the deletion",
        "problems": [
            "I want my account and all personal data erased",
            "I ask for deletion under the privacy law",
            "I made a second profile with {email} by accident",
            "please remove everything you store about me",
            "I no longer agree with your privacy terms",
            "my late father had an account with you",
            "I would like my profile to be wiped completely",
        ],
        "asks": [
            "How do I delete my account?",
            "Please erase my data.",
            "Can you confirm the deletion in writing?",
            "How long until my profile is gone?",
        ],
        "answers": [
            "A deletion takes thirty days and can be undone until then.",
            "I registered your request for erasure.",
        ],
        "steps": [
            "1. Export what you want to keep. 2. Leave all shared workspaces."
            " 3. Confirm the deletion twice. 4. Wait thirty days.",
        ],
    },
    "data_export": {
        "label": "the export",
        "problems": [
            "the CSV export is empty",
            "I want to export all my projects",
            "the backup archive stops at {count} percent",
            "umlauts in the exported spreadsheet are broken",
            "the scheduled export did not run on {day}",
            "I need my history as a spreadsheet",
            "the exported file misses the column with dates",
        ],
        "asks": [
            "How do I export my data?",
            "Can you create the export for me?",
            "Which format does the export have?",
            "Where is the archive stored?",
        ],
        "answers": [
            "Exports of more than a year are split into several files.",
            "I restarted the export job for you.",
        ],
        "steps": [
            "1. Choose the projects. 2. Pick CSV with UTF-8. 3. Tick Include"
            " archived. 4. Wait for the mail with the file.",
        ],
    },
    "damaged_item": {
        "label": "the damaged item",
        "problems": [
            "{product} arrived broken",
            "the box of order {order} was wet and torn",
            "there is a scratch on the brand new {product}",
            "{product} has a crack on the left side",
            "the glass of {product} is shattered",
            "two pieces in the box are damaged",
            "the {product} I unpacked on {day} is dented",
        ],
        "asks": [
            "Can I get a replacement?",
            "Please send an undamaged one.",
            "What do I do with the broken item?",
            "Do you need photos of the damage?",
        ],
        "answers": [
            "I ordered a replacement, you can keep the damaged item.",
            "Please keep the packaging for the damage report.",
        ],
        "steps": [
            "1. Take a photo of the label. 2. Take a photo of the damage."
            " 3. Upload both. 4. Print the return slip for the broken item.",
        ],
    },
    "warranty_claim": {
        "label": "the warranty",
        "problems": [
            "{product} stopped working after {count} months",
            "the battery of {product} does not charge any more",
            "the motor of {product} makes a loud noise",
            "{product} bought in {month} is defective",
            "the serial number of {product} is not found for the guarantee",
            "the repair of {product} has been refused",
        ],
        "asks": [
            "Is this covered by the warranty?",
            "How do I make a warranty claim?",
            "Can it be repaired under guarantee?",
            "Where do I send it for repair?",
        ],
        "answers": [
            "The guarantee covers two years from the day of purchase.",
            "A repair takes about ten working days.",
        ],
        "steps": [
            "1. Find the serial number. 2. Fill in the warranty form. 3. Pack"
            " the device without accessories. 4. Use the repair label.",
        ],
    },
    "api_limits": {
        "label": "the API limit",
        "problems": [
            "our API requests fail with status 429",
            "the webhook has not fired since {day}",
            "the API key of our integration was revoked",
            "the rate limit of {count} requests is too low for us",
            "the endpoint for customers returns error {error}",
            "pagination of the API skips records",
            "our integration times out at night",
        ],
        "asks": [
            "Can you raise the rate limit?",
            "How do I create a new API key?",
            "Is the API down?",
            "Where is the webhook documented?",
        ],
        "answers": [
            "The limit counts requests per minute and key.",
            "Webhooks that fail for three days are paused; I resumed yours.",
        ],
        "steps": [
            "1. Create a second key. 2. Cache the list calls. 3. Honour the"
            " Retry-After header. 4. Move nightly jobs off the full hour.",
        ],
    },
    "team_members": {
        "label": "the invitation",
        "problems": [
            "I cannot invite a new team member",
            "my colleague does not see our workspace",
            "the invitation for {email} bounced",
            "a former employee still has access to the workspace",
            "I need to make a colleague administrator",
            "our owner left and nobody can manage roles",
            "the invited teammate sees permission denied",
        ],
        "asks": [
            "How do I add a teammate?",
            "Please transfer the ownership.",
            "How can I remove a member?",
            "Which role may invite colleagues?",
        ],
        "answers": [
            "Invitations are valid for a week; I sent a new one.",
            "Only administrators may change roles of members.",
        ],
        "steps": [
            "1. Open the member list. 2. Choose a role. 3. Enter one address"
            " per line. 4. Ask the teammate to accept on a computer.",
        ],
    },
    "gift_card": {
        "label": "the gift card",
        "problems": [
            "the gift card I bought shows no balance",
            "the code on the gift card is scratched off",
            "my gift card {code} was already used by somebody",
            "I bought a gift card for {amount} with a typo in the name",
            "the gift card mail was sent to the wrong friend",
            "I want to split a gift card over two purchases",
        ],
        "asks": [
            "How do I redeem the gift card?",
            "Can you resend the gift card?",
            "What is the balance of my gift card?",
            "Is the gift card still valid?",
        ],
        "answers": [
            "The balance of a gift card is shown on the payment page.",
            "I made the old gift card invalid and sent you another one.",
        ],
        "steps": [
            "1. Scratch carefully. 2. Type the sixteen characters without"
            " dashes. 3. Press Redeem. 4. Pay the rest another way.",
        ],
    },
    "product_advice": {
        "label": "your choice",
        "problems": [
            "I am not sure which size of {product} fits",
            "I wonder whether {product} works with my {device}",
            "I look for a present for a beginner",
            "the description of {product} does not say the material",
            "I cannot decide between {product} and the larger model",
            "is {product} suitable for outdoor use",
        ],
        "asks": [
            "Which one do you recommend?",
            "Is it compatible?",
            "Will it be in stock again?",
            "What is the difference between the models?",
        ],
        "answers": [
            "For beginners we recommend the smaller model.",
            "It is compatible with all devices of the last five years.",
        ],
        "steps": [
            "1. Measure the width. 2. Compare it with the size table. 3. If in"
            " between, take the larger model. 4. Returns are free.",
        ],
    },
}
