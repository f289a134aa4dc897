package web

// ownPart are the pages of the kit itself.
func (s *Site) ownPart() Part {
	p := Part{Name: "web", Views: []AnyView{troubleView, logInView, codeView, roleView, demoView, leaveView}}
	if s.o.Sessions != nil {
		p.Routes = append(p.Routes, s.signInRoutes()...)
		p.Routes = append(p.Routes, s.demoRoutes()...)
	}
	return p
}
