package web

import "slices"

// OwnPaths are the addresses of the kit's own pages, all that there may be.
func OwnPaths() (out []string) {
	s := Site{o: Options{Demo: &Demo{}}}
	for _, r := range slices.Concat(s.standingRoutes(), s.signInRoutes(), s.demoRoutes()) {
		out = append(out, r.Pattern)
	}
	return out
}

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
