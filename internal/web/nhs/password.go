package nhs

// PasswordInput is a field for a password that can be shown. Paste and password managers work.
type PasswordInput struct {
	ID           string // the name when empty
	Name         string
	Value        string // a page never sends a password back; for completeness only
	Label        Label
	Hint         Hint
	Error        ErrorMessage
	DescribedBy  string
	Prefix       Affix
	Suffix       Affix
	Width        int
	Large        bool
	Code         bool
	Autocomplete string // "current-password" when empty
	Disabled     bool
	Button       PasswordButton
	Words        PasswordWords
	Classes      string
	Attrs        []Attr
	Wrapper      Wrapper
	Group        FormGroup
}

// PasswordButton is the button that shows the password.
type PasswordButton struct {
	Variant            Variant // Secondary when empty
	PreventDoubleClick Switch
	Disabled           Switch
	Classes            string
}

// PasswordWords replaces the script's words.
type PasswordWords struct {
	Show, Hide, ShowLabel, HideLabel, Shown, NowHidden string
}

// Render writes the field with label, hint and message.
func (p PasswordInput) Render(b *Buffer) {
	id := or(p.ID, p.Name)
	variant := p.Button.Variant
	if variant == "" {
		variant = Secondary
	}
	button := Button{
		Text: or(p.Words.Show, "Show"), AriaLabel: or(p.Words.ShowLabel, "Show password"), Type: "button", Small: !p.Large,
		Variant:            variant,
		PreventDoubleClick: p.Button.PreventDoubleClick, Disabled: p.Button.Disabled == On || p.Disabled &&
			p.Button.Disabled != Off,
		Classes: join("nhsuk-password-input__toggle nhsuk-js-password-input-toggle", p.Button.Classes),
		Attrs:   []Attr{{Name: "aria-controls", Value: id}, {Name: "hidden", Bare: true}},
	}
	i := Input{
		ID: id, Name: p.Name, Value: p.Value, Type: "password", Label: p.Label, Hint: p.Hint, Error: p.Error,
		DescribedBy: p.DescribedBy,
		Prefix:      p.Prefix, Suffix: p.Suffix, Width: p.Width, Large: p.Large, Code: p.Code, Spellcheck: Off,
		Autocomplete: or(p.Autocomplete, "current-password"), Autocapitalize: "none", Disabled: p.Disabled,
		Classes: join("nhsuk-password-input__input nhsuk-js-password-input-input", p.Classes), Attrs: p.Attrs,
		Wrapper: p.Wrapper,
		Group: FormGroup{Classes: p.Group.Classes, Attrs: p.Group.Attrs, Before: p.Group.Before,
			After: Group{button, p.Group.After}},
	}
	i.render(b, " nhsuk-password-input", p.module)
}

func (p PasswordInput) module(b *Buffer) {
	b.Raw(` data-module="nhsuk-password-input"`)
	b.Opt("data-i18n.show-password", p.Words.Show)
	b.Opt("data-i18n.hide-password", p.Words.Hide)
	b.Opt("data-i18n.show-password-aria-label", p.Words.ShowLabel)
	b.Opt("data-i18n.hide-password-aria-label", p.Words.HideLabel)
	b.Opt("data-i18n.password-shown-announcement", p.Words.Shown)
	b.Opt("data-i18n.password-hidden-announcement", p.Words.NowHidden)
}
