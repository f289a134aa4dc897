package account

import (
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// RecoveryCodes show recovery codes, once, to be printed or written down.
func RecoveryCodes(codes []string) []web.Component {
	return []web.Component{
		nhs.Para("These are your recovery codes. They are shown this once. Print this page or write them down, and keep " +
			"them away from your phone and your computer."),
		nhs.Bullets(codes...),
		nhs.Para("When you cannot log in, one of them and your password, or the code from your phone, let you set up your " +
			"account again. Each works once."),
	}
}

func (h *pages) recovery(q *web.Request) (web.Response, error) {
	return web.Page{Title: titleRecovery, Back: path, Body: q.Form().Ask(web.Question{Send: titleRecovery,
		Before: []web.Component{nhs.Para("Make new ones when you have used some, or somebody may have seen them. Those " +
			"from before end.")}})}, nil
}

func (h *pages) newRecovery(q *web.Request) (web.Response, error) {
	codes, err := h.directory.RecoveryCodes(q.Context(), q.Actor())
	if err != nil {
		return nil, err
	}
	return web.Page{Title: "Your recovery codes", Back: path, Body: web.Stack(RecoveryCodes(codes)...)}, nil
}
