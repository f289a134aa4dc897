package nhs

import "maps"

func init() {
	maps.Copy(decoders, map[string]func(options) Component{
		"character-count": func(o options) Component {
			return CharacterCount{ID: o.str("id"), Name: o.str("name"), Value: o.str("value"), Label: label(o.sub("label")),
				Hint: hint(o.sub("hint")), Error: errorMessage(o),
				MaxLength: o.num("maxlength"), MaxWords: o.num("maxwords"), Threshold: o.num("threshold"),
				CountType: CountType(o.str("countType")), Rows: o.num("rows"),
				Disabled: o.on("disabled"), Attrs: o.attrs(),
				Words: CountWords{Description: o.str("textareaDescriptionText"),
					CharactersUnder: plural(o.sub("charactersUnderLimitText")),
					CharactersAt:    o.str("charactersAtLimitText"), CharactersOver: plural(o.sub("charactersOverLimitText"))}}
		},
		"checkboxes": func(o options) Component {
			c := Checkboxes{Name: o.str("name"), IDPrefix: o.str("idPrefix"), Values: o.strs("values"),
				Legend: legend(o.sub("fieldset").sub("legend")),
				Hint:   hint(o.sub("hint")), Error: errorMessage(o), Small: o.on("small"), Inline: o.on("inline"),
				Disabled: o.on("disabled")}
			for _, i := range o.list("items") {
				x := Checkbox{Name: i.str("name"), Value: i.str("value"), Text: i.str("text"), Hint: hint(i.sub("hint")),
					Disabled:  i.toggle("disabled"),
					Behaviour: Behaviour(i.str("behaviour")), BehaviourGroup: i.str("behaviourGroup"), Divider: i.str("divider"),
					Conditional: i.sub("conditional").content()}
				if i.on("exclusive") { // an older option
					x.Behaviour = Exclusive
				}
				x.BehaviourGroup = or(i.str("exclusiveGroup"), x.BehaviourGroup)
				c.Items = append(c.Items, x)
			}
			return c
		},
		"date-input":    dateInput,
		"error-message": func(o options) Component { return message(o) },
		"fieldset": func(o options) Component {
			return Fieldset{Legend: legend(o.sub("legend")), Content: o.content()}
		},
		"file-upload": func(o options) Component {
			return FileUpload{ID: o.str("id"), Name: o.str("name"), Multiple: o.on("multiple"), Label: label(o.sub("label")),
				Hint: hint(o.sub("hint")), Error: errorMessage(o),
				Disabled: o.on("disabled"), ButtonClasses: o.strs("chooseFilesButtonClassList"),
				Words: UploadWords{ChooseButton: o.str("chooseFilesButtonText"), NoFile: o.str("noFileChosenText"),
					DropHere:    o.str("dropInstructionText"),
					EnteredDrop: o.str("enteredDropZoneText"), LeftDrop: o.str("leftDropZoneText"),
					Several: plural(o.sub("multipleFilesChosenText"))}}
		},
		"hint": func(o options) Component { return hint(o) },
		"input": func(o options) Component {
			return Input{ID: o.str("id"), Name: o.str("name"), Type: o.str("type"), Value: o.str("value"),
				Label: label(o.sub("label")), Hint: hint(o.sub("hint")), Error: errorMessage(o),
				Prefix: affix(o.sub("prefix")), Suffix: affix(o.sub("suffix")), Width: o.num("width"), Code: o.on("code"),
				Inputmode:  o.str("inputmode"),
				Spellcheck: o.toggle("spellcheck"), Autocomplete: o.str("autocomplete"), Disabled: o.on("disabled"),
				Classes: o.str("classes"), Group: group(o)}
		},
		"label":  func(o options) Component { return label(o) },
		"legend": func(o options) Component { return legend(o) },
		"password-input": func(o options) Component {
			button := o.sub("button")
			return PasswordInput{ID: o.str("id"), Name: o.str("name"), Value: o.str("value"), Label: label(o.sub("label")),
				Hint: hint(o.sub("hint")), Error: errorMessage(o),
				Prefix: affix(o.sub("prefix")), Width: o.num("width"), Code: o.on("code"), Autocomplete: o.str("autocomplete"),
				Disabled: o.on("disabled"),
				Button: PasswordButton{Variant: Variant(button.str("variant")),
					PreventDoubleClick: button.toggle("preventDoubleClick"), Disabled: button.toggle("disabled")},
				Words: PasswordWords{Show: o.str("showPasswordText"), Hide: o.str("hidePasswordText"),
					ShowLabel: o.str("showPasswordAriaLabel"),
					HideLabel: o.str("hidePasswordAriaLabel"), Shown: o.str("passwordShownAnnouncementText"),
					NowHidden: o.str("passwordHiddenAnnouncementText")}}
		},
		"radios": func(o options) Component {
			r := Radios{Name: o.str("name"), IDPrefix: o.str("idPrefix"), Value: o.str("value"),
				Legend: legend(o.sub("fieldset").sub("legend")), Hint: hint(o.sub("hint")),
				Error: errorMessage(o), Small: o.on("small"), Inline: o.on("inline"), Disabled: o.on("disabled")}
			for _, i := range o.list("items") {
				r.Items = append(r.Items, Radio{Value: i.str("value"), Text: i.str("text"), Hint: hint(i.sub("hint")),
					Disabled: i.toggle("disabled"), Divider: i.str("divider"),
					Conditional: i.sub("conditional").content()})
			}
			return r
		},
		"search-input": func(o options) Component {
			button := o.sub("button")
			return SearchInput{ID: o.str("id"), Name: o.str("name"), Value: o.str("value"), Label: label(o.sub("label")),
				Hint: hint(o.sub("hint")), Error: errorMessage(o),
				Placeholder: o.str("placeholder"), Prefix: affix(o.sub("prefix")), Width: o.num("width"), Large: o.on("large"),
				Code: o.on("code"), Disabled: o.on("disabled"),
				Button: SearchButton{None: o.off("button"), NoIcon: button.off("icon"), Icon: Icon(button.str("icon")),
					Text:    button.str("text"),
					Variant: Variant(button.str("variant")), Disabled: button.toggle("disabled")}}
		},
		"select": func(o options) Component {
			s := Select{ID: o.str("id"), Name: o.str("name"), Value: o.str("value"), Label: label(o.sub("label")),
				Hint: hint(o.sub("hint")), Error: errorMessage(o),
				Disabled: o.on("disabled"), Group: group(o)}
			for _, i := range o.list("items") {
				_, given := i["value"]
				s.Items = append(s.Items, Option{Value: i.str("value"), NoValue: !given, Text: i.str("text"),
					Disabled: i.on("disabled"), Divider: i.on("divider")})
			}
			return s
		},
		"textarea": func(o options) Component {
			return Textarea{ID: o.str("id"), Name: o.str("name"), Label: label(o.sub("label")), Hint: hint(o.sub("hint")),
				Error: errorMessage(o), Autocomplete: o.str("autocomplete"),
				Disabled: o.on("disabled")}
		},
	})
}

func dateInput(o options) Component {
	d := DateInput{ID: o.str("id"), NamePrefix: o.str("namePrefix"), Legend: legend(o.sub("fieldset").sub("legend")),
		Hint: hint(o.sub("hint")), Error: errorMessage(o),
		Disabled: o.on("disabled")}
	values := o.sub("values")
	if items := o.list("items"); len(items) > 0 {
		for _, i := range items {
			part := datePart(i, i.str("name"))
			part.Value = or(part.Value, or(o.sub(part.Name).str("value"), values.str(part.Name)))
			d.Parts = append(d.Parts, part)
		}
		return d
	}
	for _, name := range []string{"day", "month", "year"} {
		if o.off(name) {
			continue
		}
		part := datePart(o.sub(name), name)
		part.Value = or(part.Value, values.str(name))
		d.Parts = append(d.Parts, part)
	}
	return d
}

func datePart(o options, name string) DatePart {
	return DatePart{Name: name, Value: o.str("value"), Label: label(o.sub("label")), Width: o.num("width"),
		Error: o.toggle("error"), Autocomplete: o.str("autocomplete"),
		Disabled: o.toggle("disabled")}
}

// label and legend take their words from heading when that is given, and are then the page's heading.
func label(o options) Label {
	l := Label{ID: o.str("id"), Text: o.str("text"), Content: o.content(), Size: Size(o.str("size")),
		Caption: caption(o.sub("caption")), Classes: o.str("classes")}
	h := o.sub("heading")
	given := len(h) > 0 || o.on("heading")
	l.PageHeading = o.on("isPageHeading") && !o.off("heading") || !o.off("isPageHeading") && given
	l.Text, l.HeadingID, l.HeadingLevel = or(l.Text, h.str("text")), h.str("id"), h.num("level")
	if l.PageHeading {
		l.Text, l.Size = or(h.str("text"), l.Text), Size(or(h.str("size"), string(l.Size)))
	}
	return l
}

func legend(o options) Legend {
	l := label(o)
	return Legend{ID: l.ID, Text: l.Text, Content: l.Content, Size: l.Size, Caption: l.Caption, PageHeading: l.PageHeading,
		HeadingID:    l.HeadingID,
		HeadingLevel: l.HeadingLevel, Classes: l.Classes}
}

func hint(o options) Hint { return Hint{ID: o.str("id"), Text: o.str("text"), Content: o.content()} }

// errorMessage is words, options, or true for a mark without words.
func errorMessage(o options) ErrorMessage {
	e := message(o.sub("errorMessage"))
	e.Silent = o.on("errorMessage")
	return e
}

func message(o options) ErrorMessage {
	e := ErrorMessage{ID: o.str("id"), Text: o.str("text"), Content: o.content(), Prefix: o.str("visuallyHiddenText")}
	if v, given := o["visuallyHiddenText"]; given && (v == "" || v == false) {
		e.NoPrefix = true
	}
	return e
}

func affix(o options) Affix { return Affix{Text: o.str("text"), Content: o.content()} }

func group(o options) FormGroup {
	g := o.sub("formGroup")
	return FormGroup{Before: g.sub("beforeInput").content(), After: g.sub("afterInput").content()}
}

func plural(o options) Plural {
	return Plural{Zero: o.str("zero"), One: o.str("one"), Two: o.str("two"), Few: o.str("few"), Many: o.str("many"),
		Other: o.str("other")}
}
