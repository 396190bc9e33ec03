package plan

import (
	_ "embed"
	"strings"
)

//go:embed login_page.html
var loginPage string

// LoginPage is what API Gateway answers, as text/html, to a navigation without a session: a link to each login, and
// nothing of the request. API Gateway replaces variables, which begin with a dollar sign, and says that it runs no
// directives, which begin with a number sign: there is neither in it.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.gatewayResponse.html
//
// It is "" if no login wants one.
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

// whereOf tells several logins apart.
func (l *Login) whereOf(p *Plan) string {
	if len(p.Logins) == 1 {
		return ""
	}
	return " at " + l.Home()
}

// UnauthorizedJSON is what API Gateway answers to a request without a session otherwise, as it does by default.
const UnauthorizedJSON = `{"message":$context.error.messageString}`
