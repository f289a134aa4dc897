package web

// ownPart are the pages of the kit itself.
func (s *Site) ownPart() Part {
	return Part{Name: "web", Views: []AnyView{troubleView}}
}
