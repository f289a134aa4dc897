package heedtest

import (
	"strings"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// Device is an authenticator in a visitor's browser that sees its person each time it is
// asked: Chromium's virtual one.
type Device struct {
	v  *Visitor
	id proto.WebAuthnAuthenticatorID
}

// Device gives the window an authenticator that keeps passkeys and counts signatures.
func (v *Visitor) Device() *Device {
	v.t.Helper()
	v.must("have an authenticator", proto.WebAuthnEnable{}.Call(v.page))
	made, err := proto.WebAuthnAddVirtualAuthenticator{Options: &proto.WebAuthnVirtualAuthenticatorOptions{
		Protocol: proto.WebAuthnAuthenticatorProtocolCtap2, Transport: proto.WebAuthnAuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}.Call(v.page)
	v.must("have an authenticator", err)
	return &Device{v, made.AuthenticatorID}
}

// Keys are the passkeys that the device holds.
func (d *Device) Keys() []*proto.WebAuthnCredential {
	d.v.t.Helper()
	all, err := proto.WebAuthnGetCredentials{AuthenticatorID: d.id}.Call(d.v.page)
	d.v.must("look into the authenticator", err)
	return all.Credentials
}

// CountAgainFrom sets the count of signatures of each passkey, as a copy of the device would have it.
func (d *Device) CountAgainFrom(n int) {
	d.v.t.Helper()
	for _, key := range d.Keys() {
		d.v.must("copy the authenticator", proto.WebAuthnRemoveCredential{AuthenticatorID: d.id,
			CredentialID: key.CredentialID}.Call(d.v.page))
		key.SignCount = n
		d.v.must("copy the authenticator", proto.WebAuthnAddCredential{AuthenticatorID: d.id, Credential: key}.Call(d.v.page))
	}
}

// Recognises says whether the device sees its own person from now on.
func (d *Device) Recognises(person bool) {
	d.v.t.Helper()
	d.v.must("be somebody else at the authenticator", proto.WebAuthnSetUserVerified{AuthenticatorID: d.id,
		IsUserVerified: person}.Call(d.v.page))
}

// PressAndHear presses a button of which a script says on the page what came of it.
func (v *Visitor) PressAndHear(button, words string) *Visitor {
	v.t.Helper()
	at, ok := v.find(jsPressable, button)
	if !ok {
		v.fatal("there is nothing to press that says %q. There are: %s", button, v.pressables())
	}
	v.click("press "+button, at)
	for waited := time.Duration(0); waited < patience; waited += step {
		if time.Sleep(step); strings.Contains(v.text(), tidy(words)) {
			v.look()
			return v
		}
	}
	v.fatal("after %q was pressed the page does not say %q", button, words)
	return v
}
