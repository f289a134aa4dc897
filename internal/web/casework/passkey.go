package casework

import "heed/internal/web/nhs"

// Passkey is a button within a form that asks the browser for a passkey, or to make one,
// and sends the form with the answer in its field "passkey". Where no script runs, or the
// browser knows no passkeys, it shows Without, and the form has another way.
type Passkey struct {
	Text    string        // of the button
	Makes   bool          // a new one; otherwise one that the person has
	Second  bool          // the form has a main button besides
	Ask     string        // address that says what to ask the browser for
	Send    string        // address to which the form goes with the answer; its own when empty
	With    string        // names of the fields that are sent to Ask, with spaces between
	Failed  string        // said when the browser gave none
	Without nhs.Component // shown in place of the button
	Error   nhs.ErrorMessage
}

// Render writes the button.
func (p Passkey) Render(b *nhs.Buffer) {
	b.Raw(`<div class="nhsuk-form-group`)
	if p.Error.Text != "" {
		b.Raw(" nhsuk-form-group--error")
	}
	b.Raw(`" data-module="heed-passkey"`)
	b.Flag("data-makes", p.Makes)
	b.Address("data-ask", p.Ask)
	b.Opt("data-send", p.Send)
	b.Opt("data-with", p.With)
	b.Attr("data-failed", p.Failed)
	b.Raw(`>`)
	if p.Error.Text != "" {
		b.Raw(`<span class="nhsuk-error-message" id="passkey-error"><span class="nhsuk-u-visually-hidden">Error:</span> `)
		b.Text(p.Error.Text)
		b.Raw(`</span>`)
	}
	b.Raw(`<input type="hidden" name="passkey" value=""><div data-without>`)
	b.Put(p.Without)
	b.Raw(`</div><div data-button hidden><button class="nhsuk-button`)
	if p.Second {
		b.Raw(` nhsuk-button--secondary`)
	}
	b.Raw(`" type="button" id="passkey">`)
	b.Text(p.Text)
	b.Raw(`</button></div><p class="nhsuk-error-message" role="alert" data-said></p></div>`)
}
