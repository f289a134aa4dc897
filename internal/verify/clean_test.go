package verify

import "testing"

func TestUntouched(t *testing.T) {
	each(t, func(w *world) {
		w.clean(w.verify()) // nothing yet
		w.live()
		r := w.verify()
		w.clean(r)
		if r.Entries != 40*9+1+1+2+2+1 || r.Erased != 9 || r.Opened != r.Entries-9 || r.Waiting != 3 || r.Fields != 42 || r.Records != 43 ||
			r.Checkpoints != 4 || r.Size-r.Padding != r.Entries-3 || len(r.Witnessed) != 1 || r.Witnessed[0].Size != r.Public || len(r.Warnings) != 0 {
			w.Fatalf("%+v", r)
		}
		r = w.verify(func(o *Options) { o.KeyFile, o.KeyStore = "", "" })
		w.clean(r)
		if r.Opened != 0 || len(r.Warnings) == 0 {
			w.Fatalf("%+v", r)
		}
	})
}
