package jwt

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Verifier verifies tokens. It is safe for concurrent use.
type Verifier struct {
	issuers map[string]*issuer // by URL
	caches  []*keyCache        // of all issuers, each once
	tokens  *tokenCache        // may be nil
	now     func() time.Time
}

// New returns a Verifier. It copies the options, and fetches nothing yet. The error is an [ErrConfig] that lists
// everything that is wrong with them and what to do about it.
func New(options Options) (*Verifier, error) {
	o := options.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	v := &Verifier{issuers: make(map[string]*issuer, len(o.Issuers)), now: o.Now}
	if o.TokenCache > 0 {
		v.tokens = newTokenCache(o.TokenCache, o.TokenCacheBytes, o.TokenCacheAge)
	}
	shared := make(map[string]*keyCache) // by JWKSURL
	for _, config := range o.Issuers {
		i := &issuer{config: config, mediaType: mediaType(config.Type)}
		i.config.Audiences, i.config.Clients = slices.Clone(config.Audiences), slices.Clone(config.Clients)
		names := config.Algorithms
		if len(names) == 0 && config.Secret != nil {
			names = []string{"HS256"}
		} else if len(names) == 0 {
			names = []string{"RS256"}
		}
		for _, name := range names {
			i.algorithms = append(i.algorithms, algorithmNamed(name))
		}
		if i.keys = shared[config.JWKSURL]; i.keys == nil {
			load := (&published{issuer: &i.config, options: &o}).load
			if config.Secret != nil {
				load = loadSecret(config.Secret, i.algorithms)
			}
			i.keys = &keyCache{name: config.URL, load: load, options: &o, maxAge: config.maxKeyAge(&o),
				staleCeiling: config.staleCeiling(&o)}
			v.caches = append(v.caches, i.keys)
			if config.JWKSURL != "" {
				shared[config.JWKSURL] = i.keys
			}
		}
		i.keys.maxAge = min(i.keys.maxAge, config.maxKeyAge(&o))
		i.keys.staleCeiling = min(i.keys.staleCeiling, config.staleCeiling(&o))
		v.issuers[config.URL] = i
	}
	return v, nil
}

// Start begins to fetch the keys of all issuers without waiting for them. Only the context's values are used: each
// fetch ends with [Options.FetchTimeout]. Calling Start is optional; [Verifier.Verify] fetches what is missing.
func (v *Verifier) Start(ctx context.Context) {
	for _, c := range v.caches {
		c.start(ctx)
	}
}

// Ready waits until the keys of all issuers are there or cannot be fetched, or the context is done. It returns what is
// missing: [ErrUnavailable] joined with the reason. The reason is an [ErrConfig] if waiting will not help, such as a
// discovery document of another issuer or a secret that is too short.
func (v *Verifier) Ready(ctx context.Context) error {
	v.Start(ctx)
	var missing []error
	for _, c := range v.caches {
		missing = append(missing, c.ready(ctx))
	}
	return errors.Join(missing...)
}

// scratch is reusable memory for verifying one token.
type scratch struct {
	token   [MaxTokenSize]byte
	decoded [MaxTokenSize/4*3 + 3]byte
	header  strictjson.Document
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// Verify returns the token if it is valid now. It waits for keys if it must, until the context is done, and no longer
// than one fetch, which [Options.FetchTimeout] limits.
//
// The error is an [ErrRejected] or an [ErrUnavailable].
func (v *Verifier) Verify(ctx context.Context, token string) (*Token, error) {
	if len(token) > MaxTokenSize {
		return nil, ErrTooLong
	}
	// Exactly two dots: a JWE has four (RFC 7516, section 9), and a JSON serialization has no separating dots.
	header := strings.IndexByte(token, '.')
	if header < 0 {
		return nil, ErrSerialization
	}
	claims := strings.IndexByte(token[header+1:], '.')
	if claims < 0 || strings.IndexByte(token[header+1+claims+1:], '.') >= 0 {
		return nil, ErrSerialization
	}
	s := scratches.Get().(*scratch)
	defer func() {
		s.header.Forget()
		scratches.Put(s)
	}()
	all := s.token[:copy(s.token[:], token)]
	if v.tokens == nil {
		return v.verify(ctx, s, all, header, header+1+claims)
	}
	d := sha256.Sum256(all)
	if t := v.recall(ctx, d); t != nil {
		return t, nil
	}
	now := v.now()
	t, err := v.verify(ctx, s, all, header, header+1+claims)
	if err == nil {
		v.tokens.put(d, t, now)
	}
	return t, err
}

// verify verifies a token whose dots are at two indexes.
func (v *Verifier) verify(ctx context.Context, s *scratch, token []byte, first, second int) (*Token, error) {
	decoded, ok := decode(s.decoded[:0], token[:first])
	split := len(decoded)
	if ok {
		decoded, ok = decode(decoded, token[first+1:second])
	}
	end := len(decoded)
	if ok {
		decoded, ok = decode(decoded, token[second+1:])
	}
	if !ok {
		return nil, ErrBase64
	}
	text, signature := string(decoded[:end]), decoded[end:]

	h, err := readHeader(&s.header, text[:split])
	if err != nil {
		return nil, err
	}
	t := &Token{algorithm: h.algorithm, named: h.named, headerSize: split}
	all, c, err := readClaims(&t.document, text[split:])
	if err != nil {
		return nil, err
	}
	t.claims = all
	iss, _ := c.issuer.Text()
	if t.issuer = v.issuers[iss]; t.issuer == nil {
		return nil, mismatch(ErrIssuer, describe(c.issuer), strings.Join(slices.Sorted(maps.Keys(v.issuers)), ", "))
	}
	if err := t.issuer.checkHeader(&h); err != nil {
		return nil, err
	}
	if err := t.issuer.checkClaims(&c, all); err != nil {
		return nil, err
	}
	if t.lifetime, err = readLifetime(&c); err != nil {
		return nil, err
	}
	if err := t.lifetime.checkLength(t.issuer.config.MaxLifetime); err != nil {
		return nil, err
	}
	if err := t.checkTime(v.now()); err != nil {
		return nil, err
	}
	t.subject, _ = c.subject.Text()

	q := t.issuer.query(h.algorithm, h.keyID, h.named)
	if t.key, err = t.issuer.keys.find(ctx, q); err != nil {
		return nil, err
	}
	err = h.algorithm.verify(t.key, token[:second], signature)
	if err == ErrSignature || err == ErrSignatureShape && h.algorithm.kind == rsaKey && isRSASize(len(signature)) {
		if k := t.issuer.keys.newer(ctx, q, t.key); k != nil {
			t.key, err = k, h.algorithm.verify(k, token[:second], signature)
		}
	}
	if err != nil {
		return nil, err
	}
	if err := t.checkTime(v.now()); err != nil {
		return nil, err // it expired while keys were fetched
	}
	return t, nil
}

// recall returns a token that was verified before and would be verified again: it is valid now, and the issuer still
// has the key that verified it. It looks the key up as for a new token, so keys that are too old are fetched.
func (v *Verifier) recall(ctx context.Context, d digest) *Token {
	t := v.tokens.get(d, v.now())
	if t == nil {
		return nil
	}
	k, err := t.issuer.keys.find(ctx, t.issuer.query(t.algorithm, t.key.id, t.named))
	if err != nil || k != t.key || t.checkTime(v.now()) != nil {
		return nil // Verify reports what is wrong
	}
	return t
}

// isRSASize reports whether a signature has the length of a signature by some accepted RSA key, because another key may
// have replaced the known one. The signatures of every other algorithm have one length.
func isRSASize(length int) bool { return minRSABits/8 <= length && length <= maxRSABits/8 }
