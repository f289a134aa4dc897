package nhs

// SearchInput is a field with a button to search, for guidance and the directory of
// organisations. Heed has no search over people.
type SearchInput struct {
	ID          string // the name when empty
	Name        string
	Value       string
	Label       Label
	Hint        Hint
	Error       ErrorMessage
	DescribedBy string
	Placeholder string
	Prefix      Affix
	Suffix      Affix
	Width       int
	Large       bool
	Code        bool
	Disabled    bool
	Button      SearchButton
	Classes     string
	Attrs       []Attr
	Wrapper     Wrapper
	Group       FormGroup
}

// SearchButton is the button beside the field: an icon, unless it has words.
type SearchButton struct {
	None     bool // no button: the form has its own
	NoIcon   bool
	Icon     Icon // IconSearch when empty
	Text     string
	Label    string // for screen readers; "Search" when empty
	Variant  Variant
	Disabled Switch
	Classes  string
}

// Render writes the field with label, hint, message and button.
func (s SearchInput) Render(b *Buffer) {
	class := "nhsuk-search-input"
	if s.Large {
		class += " nhsuk-search-input--large"
	}
	after := s.Group.After
	if !s.Button.None {
		icon := s.Button.Icon
		if icon == "" && !s.Button.NoIcon {
			icon = IconSearch
		}
		after = Group{Button{Text: s.Button.Text, AriaLabel: or(s.Button.Label, "Search"), Icon: icon, Small: !s.Large,
			Variant:  s.Button.Variant,
			Disabled: s.Button.Disabled == On || s.Disabled && s.Button.Disabled != Off,
			Classes:  join("nhsuk-search-input__button", s.Button.Classes)}, s.Group.After}
	}
	b.Put(Input{
		ID: or(s.ID, s.Name), Name: s.Name, Value: s.Value, Type: "search", Label: s.Label, Hint: s.Hint, Error: s.Error,
		DescribedBy: s.DescribedBy,
		Placeholder: s.Placeholder, Prefix: s.Prefix, Suffix: s.Suffix, Width: s.Width, Large: s.Large, Code: s.Code,
		Autocomplete: "off",
		Disabled:     s.Disabled, Classes: join("nhsuk-search-input__input", s.Classes), Attrs: s.Attrs,
		Wrapper: Wrapper{Classes: join("nhsuk-search-input__wrapper", s.Wrapper.Classes), Attrs: s.Wrapper.Attrs},
		Group:   FormGroup{Classes: join(class, s.Group.Classes), Attrs: s.Group.Attrs, Before: s.Group.Before, After: after},
	})
}
