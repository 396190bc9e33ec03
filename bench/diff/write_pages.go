package main

import (
	"fmt"
	"strings"
)

// pages returns the headers that allow pages to read an answer.
func (w *writer) pages() map[string]string {
	c := w.api.cors
	if c == nil {
		return nil
	}
	headers := map[string]string{"Access-Control-Allow-Origin": c.origins[0]}
	if c.credentials {
		headers["Access-Control-Allow-Credentials"] = "true"
	}
	return headers
}

// pickPage returns a template that selects the page among several, as CDK writes it.
func (w *writer) pickPage() string {
	c := w.api.cors
	if c == nil || len(c.origins) < 2 {
		return ""
	}
	var among []string
	for _, o := range c.origins[1:] {
		among = append(among, fmt.Sprintf(`$origin == "%s"`, o))
	}
	return strings.Join([]string{
		`#set($origin = $input.params().header.get("Origin"))`,
		`#if($origin == "")`,
		`  #set($origin = $input.params().header.get("origin"))`,
		`#end`,
		`#if(` + strings.Join(among, " || ") + `)`,
		`  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)`,
		`#end`,
	}, "\n")
}

// declared returns the headers of a method's response.
func declared(headers map[string]string) object {
	out := object{}
	for name := range headers {
		out["method.response.header."+name] = true
	}
	return out
}

// preflights writes the answers to preflights.
func (w *writer) preflights() {
	headers := w.pages()
	headers["Access-Control-Allow-Headers"] = "Authorization,Content-Type"
	headers["Access-Control-Allow-Methods"] = "GET,POST,DELETE"
	for _, path := range w.api.paths() {
		w.add("Method"+notLetters.ReplaceAllStringFunc("OPTIONS "+path, hexOf), "ApiGateway::Method", object{
			"ResourceId": w.resource(path), "HttpMethod": "OPTIONS", "AuthorizationType": "NONE",
			"Integration":     mock("204", headers, w.pickPage()),
			"MethodResponses": []any{object{"StatusCode": "204", "ResponseParameters": declared(headers)}},
		})
	}
}
