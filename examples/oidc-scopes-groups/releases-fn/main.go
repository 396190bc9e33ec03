// Command releases-fn answers the release API. It shows what a function is told of its caller, and keeps releases in
// memory, which is enough to try it: a real one has a table.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(new(service).handle) }

type release struct {
	Version     string `json:"version"`
	RequestedBy string `json:"requestedBy"` // the principal, which stays with the user
	Login       string `json:"login"`
}

type service struct {
	mu       sync.Mutex
	releases []release
}

type (
	request  = events.APIGatewayProxyRequest
	response = events.APIGatewayProxyResponse
)

// handle looks at the route, not at the path: Resource is the pattern that the caller was checked for.
func (s *service) handle(_ context.Context, r request) (response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := callerOf(r)
	switch r.HTTPMethod + " " + r.Resource {
	case "GET /health":
		return answer(http.StatusOK, map[string]string{"status": "ok"})
	case "GET /me":
		return answer(http.StatusOK, who)
	case "GET /releases":
		return answer(http.StatusOK, map[string]any{"releases": append([]release{}, s.releases...)})
	case "POST /releases":
		return s.add(who, r.Body)
	case "GET /board":
		return s.board(who)
	}
	return response{}, fmt.Errorf("the route %s %s is not one of this function's", r.HTTPMethod, r.Resource)
}

func (s *service) add(who caller, body string) (response, error) {
	var wanted struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal([]byte(body), &wanted); err != nil || wanted.Version == "" {
		return answer(http.StatusBadRequest, map[string]string{"message": `want a JSON object like {"version":"1.4.2"}`})
	}
	made := release{Version: wanted.Version, RequestedBy: who.Principal, Login: who.Login}
	s.releases = append(s.releases, made)
	return answer(http.StatusCreated, made)
}

var page = template.Must(template.New("board").Parse(`<!doctype html><title>Releases</title>
<p>Signed in as {{.Who.Login}} ({{range $i, $g := .Who.Groups}}{{if $i}}, {{end}}{{$g}}{{end}})</p>
<ul>{{range .Releases}}<li>{{.Version}} by {{.Login}}</li>{{else}}<li>none yet</li>{{end}}</ul>
`))

func (s *service) board(who caller) (response, error) {
	var b strings.Builder
	if err := page.Execute(&b, map[string]any{"Who": who, "Releases": s.releases}); err != nil {
		return response{}, err
	}
	return response{
		StatusCode: http.StatusOK,
		Headers:    map[string]string{"Content-Type": "text/html; charset=utf-8"},
		Body:       b.String(),
	}, nil
}

func answer(status int, v any) (response, error) {
	body, err := json.Marshal(v)
	return response{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "application/json"},
		Body:       string(body),
	}, err
}
