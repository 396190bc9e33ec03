package plan

import (
	_ "embed"
	"strings"
)

//go:embed login_page.html
var loginPage string

// LoginPage returns the page that API Gateway answers to a navigation without a session, as text/html, or "" if no
// login wants one. It has a link to each login, and nothing of the request.
//
// API Gateway replaces variables, which begin with a dollar sign. It documents that it does not run directives, which
// begin with a number sign. The page contains neither.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.gatewayResponse.html
func (p *Plan) LoginPage() string {
	var links strings.Builder
	for _, l := range p.Logins {
		if !l.NoPage {
			url := l.BasePath + l.Home() + "/login?return=/"
			links.WriteString("\n" + `<p><a href="` + url + `">Log in` + l.whereOf(p) + "</a></p>")
		}
	}
	if links.Len() == 0 {
		return ""
	}
	return strings.Replace(loginPage, "\n<!-- links -->", links.String(), 1)
}

// whereOf returns a text that identifies a login among several of the API, or "" if there is only one.
func (l *Login) whereOf(p *Plan) string {
	if len(p.Logins) == 1 {
		return ""
	}
	return " at " + l.Home()
}

// UnauthorizedJSON is API Gateway's answer to any other request without a session. It is the same as the default.
const UnauthorizedJSON = `{"message":$context.error.messageString}`
