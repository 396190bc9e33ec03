package login

import (
	_ "embed"
	"strings"
)

//go:embed page.html
var page string

// Page returns the page that API Gateway answers to a navigation without a session, as text/html, or "" if no
// login wants one. It has a link to each login, and nothing of the request.
//
// API Gateway replaces variables, which begin with a dollar sign. It documents that it does not run directives, which
// begin with a number sign. The page contains neither.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.gatewayResponse.html
func Page(logins []*Login) string {
	var links strings.Builder
	for _, l := range logins {
		if l.NoPage {
			continue
		}
		where := ""
		if len(logins) > 1 {
			where = " at " + l.Home()
		}
		url := l.BasePath + l.Home() + "/login?return=/"
		links.WriteString("\n" + `<p><a href="` + url + `">Log in` + where + "</a></p>")
	}
	if links.Len() == 0 {
		return ""
	}
	return strings.Replace(page, "\n<!-- links -->", links.String(), 1)
}

// UnauthorizedJSON is API Gateway's answer to any other request without a session. It is the same as the default.
const UnauthorizedJSON = `{"message":$context.error.messageString}`
