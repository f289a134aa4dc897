package web

// ownPart are the pages of the kit itself: the ways in and out, and those behind the footer.
func (s *Site) ownPart() Part {
	p := Part{Name: "web", Views: []AnyView{troubleView, logInView, codeView, unlockView, roleView, demoView, leaveView,
		stackView, askView}}
	p.Routes = s.standingRoutes()
	if s.o.Sessions != nil {
		p.Routes = append(p.Routes, s.signInRoutes()...)
		p.Routes = append(p.Routes, s.demoRoutes()...)
	}
	return p
}
