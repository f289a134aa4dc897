package nhs_test

import (
	"fmt"

	"heed/internal/web/nhs"
)

// What somebody typed is escaped, wherever it stands.
func ExampleRender() {
	fmt.Println(nhs.Render(nhs.Tag{Text: "<b>Waiting</b>", Colour: nhs.Grey}))
	// Output: <strong class="nhsuk-tag nhsuk-tag--grey">&lt;b&gt;Waiting&lt;/b&gt;</strong>
}

// Content is a component where there is more than words; it wins over the words beside it.
func ExampleGroup() {
	fmt.Println(nhs.Render(nhs.InsetText{Content: nhs.Group{nhs.Para("Ring the lead."),
		nhs.Link{Text: "Numbers", Href: "/contact"}}}))
	// Output: <div class="nhsuk-inset-text"><span class="nhsuk-u-visually-hidden">Information: </span><p class="nhsuk-body">Ring the lead.</p><a class="nhsuk-link" href="/contact">Numbers</a></div>
}

// An address that would run a script leads nowhere.
func ExampleSafeAddress() {
	fmt.Println(nhs.SafeAddress("/cases/HD-7F3K-22"), nhs.SafeAddress("javascript:alert(1)"))
	// Output: /cases/HD-7F3K-22 #address-refused
}
