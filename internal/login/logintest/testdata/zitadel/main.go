// Zitadel is an OpenID provider with package op of zitadel/oidc, on a free port of 127.0.0.1. Another process serves
// the issuer's URL and forwards requests to the port:
//
//	zitadel <issuer> <settings>
//
// It writes the port. Each line on standard input is a command, and is answered with a line, as in provider.cjs.
//
// It is a separate module, so that Gatehouse's module does not get its requirements.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// settings are the second argument.
type settings struct {
	RedirectURIs []string        `json:"redirectUris"`
	LoggedOutURI string          `json:"loggedOutUri"`
	JWK          jose.JSONWebKey `json:"jwk"` // of the client shop-key

	Keys []jose.JSONWebKey `json:"keys"` // to sign with, one after the other
}

func main() {
	log.SetFlags(0)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	if len(os.Args) != 3 {
		log.Fatal("usage: zitadel <issuer> <settings>")
	}
	var s settings
	if err := json.Unmarshal([]byte(os.Args[2]), &s); err != nil {
		log.Fatal(err)
	}
	kept := newStorage(s)
	provider, err := op.NewProvider(&op.Config{
		CodeMethodS256:           true,
		AuthMethodPost:           true,
		AuthMethodPrivateKeyJWT:  true,
		GrantTypeRefreshToken:    true,
		DefaultLogoutRedirectURI: s.LoggedOutURI,
		SupportedScopes:          []string{"openid", "offline_access", "profile", "email", "orders/read", "orders/write"},
	}, kept, op.StaticIssuer(os.Args[1]), op.WithAllowInsecure())
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	mux.Handle("/signin", op.NewIssuerInterceptor(provider.IssuerFromRequest).Handler(signIn(provider, kept)))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() { log.Fatal(http.Serve(listener, mux)) }()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(kept.command(lines.Text()))
	}
}

// signIn shows the sign-in page, which has one form for the user. Sending it is also the consent.
func signIn(provider *op.Provider, kept *storage) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("id")
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><form method="post" action="/signin"><input type="hidden" name="id" value="%s">`+
				`<input name="subject"><button>Sign in</button><button name="deny" value="yes">Cancel</button></form>`,
				html.EscapeString(id))
			return
		}
		if r.FormValue("deny") != "" {
			request, err := kept.AuthRequestByID(r.Context(), id)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			op.AuthRequestError(w, r, request, oidc.ErrAccessDenied().WithDescription("the user cancelled"), provider)
			return
		}
		if err := kept.signIn(id, r.FormValue("subject")); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, op.AuthCallbackURL(provider)(r.Context(), id), http.StatusSeeOther)
	})
}

func (s *storage) command(line string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	word, value, _ := strings.Cut(line, " ")
	switch word {
	case "rotate":
		return s.rotate()
	case "ttl":
		n, err := strconv.Atoi(value)
		if err != nil {
			return err.Error()
		}
		s.ttl = time.Duration(n) * time.Second
	case "forget":
		clear(s.refresh)
	default:
		return "not known: " + line
	}
	return "ok"
}
