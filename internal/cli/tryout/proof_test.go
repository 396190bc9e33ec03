package tryout

import "testing"

// TestCurlWithProof prints a line that gets a new proof each time it is pasted.
func TestCurlWithProof(t *testing.T) {
	e := Example{
		Verb: "GET", URL: "http://127.0.0.1:3000/prod/orders?page=1", Headers: []string{"Authorization: DPoP t"},
		ProofURL: "http://127.0.0.1:3000/x/proof?ath=h&htm=GET&htu=http%3A%2F%2F127.0.0.1%3A3000%2Fprod%2Forders",
	}
	const want = `curl -i -H 'Authorization: DPoP t' -H "DPoP: $(curl -s ` +
		`'http://127.0.0.1:3000/x/proof?ath=h&htm=GET&htu=http%3A%2F%2F127.0.0.1%3A3000%2Fprod%2Forders')" ` +
		`'http://127.0.0.1:3000/prod/orders?page=1'`
	if got := e.Curl(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
