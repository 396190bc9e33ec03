package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
)

// guard writes an authorizer.
func (w *writer) guard(i int) {
	g := w.api.guards[i]
	p := object{"Name": g.name, "Type": "TOKEN", "IdentitySource": "method.request.header.Authorization",
		"AuthorizerResultTtlInSeconds": g.remembered}
	switch g.kind {
	case jwt:
		delete(p, "AuthorizerResultTtlInSeconds")
		p["Type"] = "JWT"
		var list []any
		for _, i := range g.issuers {
			made := object{"Issuer": i.url, "Audiences": i.audiences}
			if i.claim != "" {
				made["AdditionalClaims"] = []any{object{"ClaimName": "plan", "ExpectedValues": []any{i.claim},
					"Format": "SINGLE_STRING", "Required": true}}
			}
			list = append(list, made)
		}
		p["JwtConfiguration"] = object{"DefaultAlgorithms": []any{"ES256"}, "Issuers": list}
	case cognito:
		delete(p, "AuthorizerResultTtlInSeconds")
		p["Type"], p["ProviderARNs"] = "COGNITO_USER_POOLS", []any{attribute("Pool", "Arn")}
		if g.clients != nil {
			parts := []any{"^("}
			for i, c := range g.clients {
				if i > 0 {
					parts = append(parts, "|")
				}
				parts = append(parts, ref(c))
			}
			p["IdentityValidationExpression"] = join(append(parts, ")$")...)
		}
	case included:
		if g.request {
			p["Type"] = "REQUEST"
		}
		p["AuthorizerUri"] = w.function(g.name+"Fn", object{configVariable: g.settings()}, w.api.table(i))
	case own:
		p["AuthorizerUri"] = w.function(g.name+"Fn", object{}, g.code)
	}
	w.add(g.name, "ApiGateway::Authorizer", p)
}

// function writes a function with a file, as an asset named by its content, and returns its URI for API Gateway.
func (w *writer) function(id string, environment object, content any) object {
	asset := assetOf(content)
	if err := os.MkdirAll(filepath.Join(w.dir, asset), 0o700); err != nil && w.err == nil {
		w.err = err
	}
	w.file(filepath.Join(asset, tableFile), content)
	f := w.add(id, "Lambda::Function", object{"Runtime": "provided.al2023", "Handler": "bootstrap",
		"Code":        object{"S3Bucket": "assets", "S3Key": asset[len("asset."):] + ".zip"},
		"Environment": object{"Variables": environment}})
	f["Metadata"] = object{"aws:asset:path": asset, "aws:asset:property": "Code"}
	w.add(id+"Permission", "Lambda::Permission", object{"Action": "lambda:InvokeFunction",
		"FunctionName": attribute(id, "Arn"), "Principal": "apigateway.amazonaws.com"})
	return join("arn:aws:apigateway:"+region+":lambda:path/2015-03-31/functions/", attribute(id, "Arn"), "/invocations")
}

// assetOf names an asset after its content.
func assetOf(content any) string {
	text, err := json.Marshal(content)
	if err != nil {
		panic(err) // unreachable: it consists of texts
	}
	sum := sha256.Sum256(text)
	return "asset." + hex.EncodeToString(sum[:])
}

// settings returns the settings of the included function.
func (g guard) settings() string {
	var list []any
	for _, i := range g.issuers {
		made := object{"url": i.url, "audiences": i.audiences, "algorithms": []any{"ES256"}}
		if i.clients != nil {
			made["clients"] = i.clients
		}
		list = append(list, made)
	}
	all := object{"issuers": list, "noMetrics": true}
	if g.request {
		all["perRequest"] = true
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// table returns the access table of a guard's function.
func (a *api) table(guard int) object {
	var routes []any
	for _, r := range a.routes {
		made := object{"route": r.String()}
		if r.by != guard {
			made["elsewhere"] = true
		} else if len(r.needs) > 0 {
			made["requires"] = requires(r.needs)
		}
		routes = append(routes, made)
	}
	if a.cors != nil {
		for _, path := range a.paths() {
			if !slices.ContainsFunc(a.routes, func(r route) bool { return r.String() == "OPTIONS "+path }) {
				routes = append(routes, object{"route": "OPTIONS " + path, "elsewhere": true})
			}
		}
	}
	return object{"version": 1, "routes": routes}
}

func requires(clauses []clause) (out []any) {
	for _, c := range clauses {
		var either []any
		for _, n := range c {
			made := object{"kind": n.kind}
			if n.claim != "" {
				made["claim"] = n.claim
			}
			if n.ofPath() {
				made["parameter"] = n.param
			} else {
				made["anyOf"] = n.values
			}
			either = append(either, made)
		}
		if len(either) == 1 {
			out = append(out, either[0])
		} else {
			out = append(out, object{"kind": "either", "either": either})
		}
	}
	return out
}
