"""The short words under a field of a form."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def fields(tr: Translate) -> Mapping[str, str]:
    """Code of `Invalid.fields` -> words."""
    return {
        "required": tr("Please fill this in."),
        "too_long": tr("Too long; please shorten it."),
        "taken": tr("This code is in use already. Choose another."),
        "name.long": tr("Too long: at most 60 letters."),
        "text.long": tr("Too long: at most 4,000 letters."),
        "phone.wrong": tr("This is not a phone number. Check the figures."),
        "class.unknown": tr("This class has no prices. Choose one from the list."),
        "quotas.wrong": tr("Enter a whole number from 1 to 9,999."),
        "digits.wrong": tr("A meter has 3 to 9 digits."),
        "index.wrong": tr("A meter cannot show this index. Check the figures."),
        "seq.wrong": tr("Enter a whole number from 0 to 9,999,999."),
        "date.future": tr("This day is still to come. Check the date."),
        "time.future": tr("This time is still to come. Check date and hour."),
        "date.past": tr("This day is past. Check the date."),
        "lines.none": tr("Enter at least one line."),
        "lines.many": tr("An estimate has at most 60 lines."),
        "lines.incomplete": tr("Every line needs an item, a quantity above 0 and a price."),
        "vat.unknown": tr("Choose a tax rate from the list."),
        "distance.wrong": tr("Enter a distance up to 100,000 m."),
        "meter.in_use": tr("A meter with this serial is fitted elsewhere. Check the figures."),
        "order.of_another": tr("This work order is not of this request. Choose another."),
        "period.unreadable": tr("Write the period as year-month, for example 2026-11."),
        "billing.due_before_issue": tr("Bills cannot be due before they are issued."),
        "type.unknown": tr("This type is no longer in use. Choose another."),
        "unit.has_it": tr("This unit has the request already. Choose another."),
        "person.unknown": tr("This person no longer works here. Choose another."),
        "channel.not_for_type": tr("Requests of this type do not come this way. Choose another."),
        "right.unknown": tr("Choose which right of the customer is meant."),
        "cause.unknown": tr("Choose a cause from the list."),
        "score.unknown": tr("Choose how content the customer is."),
        "reason.unknown": tr("Choose what the customer is waited for."),
        "time.after_receipt": tr("The office cannot have had it after the desk. Check date and hour."),
        "time.too_long_ago": tr("That is more than a year ago. Check the date."),
        "time.before_start": tr("This is before the beginning. Check date and hour."),
        "day.over": tr("This day is over. Choose another."),
        "connection.unknown": tr("This connection is not at this desk. Look for the customer again."),
        "order.kind_unknown": tr("Choose what the crew is sent for."),
        "order.needs_request": tr(
            "Only an inspection goes out without a request. Receive the request first."
        ),
        "order.reach_unknown": tr("This promise is no longer made. Choose another."),
        "order.crew_large": tr("At most 12 people go out on one work order."),
        "order.result_unknown": tr("Choose how the work ended."),
        "order.material_wrong": tr("Each line needs a name and a quantity above zero; at most 50 lines."),
        "value.wrong": tr("This is not possible here. Please correct it."),
        "limit.wrong": tr("Enter a whole number and a unit of time."),
        "channels.none": tr("Choose at least one way in which it may come."),
        "rows.many": tr("Too many lines. Leave some out."),
        "rows.twice": tr("The same line stands here twice. Leave one out."),
        "places.wrong": tr(
            "A place to be filled in is not right. It is one word in braces; nothing else stands in them."
        ),
        "place.unknown": tr(
            "There is no such place to be filled in. There are: name, address, customer_code, phone, code, "
            "type, words, right, received, due, unit, missing, answer, outcome, cause, reason, amount, area, "
            "start, end, today, company, office, office_address, office_phone, hours, officer, "
            "officer_title, officer_phone."
        ),
        "language.unknown": tr("Choose the language of the letter."),
        "hours.unreadable": tr("Write times as 7:30-11:30, 13:30-17:00."),
        "days.order": tr("The last day comes after the first, at most 62 days on."),
        "duty.hours": tr("The time must end after it begins, within one day."),
        "duty.twice": tr("This officer is on duty at that time already."),
        "duty.days": tr("Choose at least one day, today or later."),
        "day.past": tr("A rule cannot hold for days that have passed. Choose today or a later day."),
        "day.far": tr("That is more than ten years from now. Check the date."),
        "share.wrong": tr("Enter a share above 0 and up to 100 %."),
        "target.unknown": tr("This target is no longer in the charter. Choose another."),
        "restricted.needed": tr("A denunciation is always restricted."),
        "restricted.forms": tr("A kind whose steps fill in forms cannot be restricted: all may read them."),
        "request.unit_has_it": tr("It is with this unit already. Choose another, or a person of it."),
        "request.person_has_it": tr("It is with this person already. Choose another."),
        "steps.unit": tr("Choose the unit of each step."),
        "unit.unknown": tr("This unit is no longer in use. Choose another."),
        "channel.unknown": tr("Choose how the request came."),
        "outcome.unknown": tr("Choose how the matter ended."),
        "way.unknown": tr("Choose how the customer was told."),
        "customer.unknown": tr("This customer is not at this desk. Look for the customer again."),
        "contact.nameless": tr("Please fill this in, or tick “No name given”."),
        "contact.unreachable": tr("Give a phone number or an address: the customer must hear the answer."),
        "answer.not_at_once": tr("Only at the counter or by phone can the answer be given at once."),
        "cash.below_zero": tr("This cannot be below zero."),
        "cash.nothing": tr("Enter the money that the customer handed over."),
        "refund.amount": tr("Enter how much was paid too much."),
        "refund.more_than_lies": tr("So much of the customer's money is not with us. Check the ledger."),
        "refund.least": tr("So little is not paid back; it stays as credit for the next bill."),
        "refund.most": tr("So much is not paid out of a drawer. Ask the head office."),
        "cash.difference_unexplained": tr("The drawer does not match the receipts. Please write why."),
    }
