package gateway

import (
	"html"
	"os"
	"regexp"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestConsoleSuggestsABodyThatTheExampleTakes sends the body that the console's form suggests for a route without a
// model.
func TestConsoleSuggestsABodyThatTheExampleTakes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../internal/cli/console/page/index.html")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`<textarea id="body"[^>]* placeholder='([^']+)'`).FindSubmatch(page)
	if found == nil {
		t.Fatal("the form's field for the body has no placeholder")
	}
	api := served(t, idp(stack.Token))
	writer := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/write"}})
	api.call(t, "POST", "/orders", writer, html.UnescapeString(string(found[1])), 201, `"createdBy":"developer"`)
}
