package nhs

import "encoding/json"

// FileUpload asks for a file.
type FileUpload struct {
	ID            string // the name when empty
	Name          string
	Multiple      bool
	Label         Label
	Hint          Hint
	Error         ErrorMessage
	DescribedBy   string
	Disabled      bool
	Classes       string
	Attrs         []Attr
	Group         FormGroup
	ButtonClasses []string // of the button that the script draws; its own when nil, none when empty
	Words         UploadWords
}

// UploadWords replaces the script's words.
type UploadWords struct {
	ChooseButton, NoFile, DropHere, EnteredDrop, LeftDrop string
	Several                                               Plural
}

// Render writes the field with label, hint and message.
func (f FileUpload) Render(b *Buffer) {
	id := or(f.ID, f.Name)
	describedBy := field{id: id, label: f.Label, hint: f.Hint, err: f.Error, describedBy: f.DescribedBy, group: f.Group,
		classLast: " nhsuk-file-upload", module: f.module}.open(b)
	b.Put(f.Group.Before)
	b.Raw(`<input class="nhsuk-file-upload__input`)
	b.More(f.Classes)
	b.Raw(`"`)
	b.Attr("id", id)
	b.Attr("name", f.Name)
	b.Raw(` type="file"`)
	b.Flag("disabled", f.Disabled)
	b.Flag("multiple", f.Multiple)
	b.Opt("aria-describedby", describedBy)
	b.attrs(f.Attrs)
	b.Raw(">")
	b.Put(f.Group.After)
	b.Raw("</div>")
}

func (f FileUpload) module(b *Buffer) {
	b.Raw(` data-module="nhsuk-file-upload"`)
	if f.ButtonClasses != nil {
		list, err := json.Marshal(f.ButtonClasses)
		if err == nil { // a list of strings always marshals
			b.Attr("data-choose-files-button-class-list", string(list))
		}
	}
	b.Opt("data-i18n.choose-files-button", f.Words.ChooseButton)
	b.Opt("data-i18n.no-file-chosen", f.Words.NoFile)
	b.plural("data-i18n.multiple-files-chosen", f.Words.Several)
	b.Opt("data-i18n.drop-instruction", f.Words.DropHere)
	b.Opt("data-i18n.entered-drop-zone", f.Words.EnteredDrop)
	b.Opt("data-i18n.left-drop-zone", f.Words.LeftDrop)
}
