package devissuer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// proofPath is where a developer gets a proof by the development client's key, such as for curl.
const proofPath = "/proof"

// proofAlgorithm is that of the development client's key. It is one of the issuer's keys, so that "gatehouse token" and
// "gatehouse dev" have the same one.
const proofAlgorithm = "ES256"

// clientThumbprint returns the thumbprint of the development client's key (RFC 7638).
func (k *keyring) clientThumbprint() (string, error) {
	text, err := json.Marshal(k.clientJWK()) // members sorted by name, without white space
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

func (k *keyring) clientJWK() map[string]string {
	jwk := k.keyOf(algorithms[proofAlgorithm].kind).jwk("")
	for _, name := range []string{"kid", "use"} {
		delete(jwk, name)
	}
	return jwk
}

// binding returns the cnf of a token; nil for none. A token that no client has asked for with a proof of its own key is
// bound to the development client's.
func (p *Provider) binding(keys *keyring, i Issuer, r TokenRequest) (map[string]string, error) {
	switch {
	case i.DPoPBound && r.useOf(i) == Access && !r.bearer:
		thumbprint := r.thumbprint
		if thumbprint == "" {
			var err error
			if thumbprint, err = keys.clientThumbprint(); err != nil {
				return nil, err
			}
		}
		return map[string]string{dpop.ThumbprintMember: thumbprint}, nil
	case i.CertificateBound && p.thumbprint != "":
		return map[string]string{"x5t#S256": p.thumbprint}, nil
	}
	return nil, nil
}

// Proof returns a DPoP proof (RFC 9449) by the development client's key for one request with an access token: the value
// of its DPoP header. The query and the fragment of the URL are left out.
func (p *Provider) Proof(method, target, token string) (string, error) {
	return p.proof(method, target, tokenDigest(token))
}

func tokenDigest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (p *Provider) proof(method, target, digest string) (string, error) {
	keys, err := p.keys.current()
	if err != nil {
		return "", err
	}
	id, err := p.newID()
	if err != nil {
		return "", err
	}
	target, _, _ = strings.Cut(target, "#")
	target, _, _ = strings.Cut(target, "?")
	header, err := json.Marshal(map[string]any{"typ": dpop.Type, "alg": proofAlgorithm, "jwk": keys.clientJWK()})
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	claims, err := encodeClaims(map[string]any{
		"jti": id, "htm": method, "htu": target, "iat": p.now().Unix(), "ath": digest,
	})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	input := encode(header) + "." + encode(claims)
	a := algorithms[proofAlgorithm]
	signature, err := a.sign(keys.keyOf(a.kind).signer, []byte(input))
	if err != nil {
		return "", err
	}
	return input + "." + encode(signature), nil
}

// ProofURL returns where a new proof for a request with an access token is served, as often as it is asked for; "" if
// the issuer is not served. It has the token's hash and not the token.
func (p *Provider) ProofURL(issuer, method, target, token string) string {
	at := p.endpoint(issuer, proofPath)
	if at == "" {
		return ""
	}
	target, _, _ = strings.Cut(target, "?")
	return at + "?" + url.Values{"htm": {method}, "htu": {target}, "ath": {tokenDigest(token)}}.Encode()
}

// serveProof serves a proof of [Provider.ProofURL].
func (p *Provider) serveProof(w http.ResponseWriter, r *http.Request, _ site) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "devissuer: want GET", http.StatusMethodNotAllowed)
		return
	}
	q := r.URL.Query()
	text, err := p.proof(q.Get("htm"), q.Get("htu"), q.Get("ath"))
	switch {
	case err != nil:
		serverError(err).serve(w)
		return
	case q.Get("htm") == "" || q.Get("htu") == "" || q.Get("ath") == "":
		http.Error(w, "devissuer: want a query with htm, htu and ath", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, text)
}

// keyOfClient returns the thumbprint of the key whose proof a token request has; "" if it has none. Requests are not
// remembered, so a proof counts as long as it is new.
func (p *Provider) keyOfClient(r *http.Request) (string, *fault) {
	proofs := r.Header.Values(dpop.Header)
	if len(proofs) == 0 {
		return "", nil
	}
	thumbprint, err := dpop.KeyOf(proofs, dpop.Request{
		Method: r.Method, URLs: []dpop.URL{{Host: r.Host, Path: r.URL.EscapedPath()}}, Local: true, Now: p.now(),
	})
	if err != nil {
		got, want := jwt.Mismatch(err)
		return "", badRequest("invalid_dpop_proof", "%s: got %q, want %q", dpop.Reason(err), got, want)
	}
	return thumbprint, nil
}
