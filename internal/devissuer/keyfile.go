package devissuer

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const (
	keyFileVersion = 1
	keyFileNote    = "Keys that gatehouse signs development tokens with. Nothing that is deployed trusts them. " +
		"Delete the file for new ones."

	maxKeyFile = 1 << 20 // in bytes; a file that is written has about 3 KB
	maxKey     = 4 << 10 // size limit of one key pair, in bytes
)

type keyFile struct {
	Note    string      `json:"note"`
	Version int         `json:"version"`
	Keys    []keyInFile `json:"keys"`
	Secret  string      `json:"secret"`
}

type keyInFile struct {
	Kind  string `json:"kind"`
	PKCS8 []byte `json:"pkcs8"` // RFC 5958, in base64
}

// format writes the file that [parseKeys] reads.
func (k *keyring) format() ([]byte, error) {
	f := keyFile{Note: keyFileNote, Version: keyFileVersion, Secret: k.secret}
	for _, s := range k.keys {
		der, err := x509.MarshalPKCS8PrivateKey(s.signer)
		if err != nil {
			return nil, fmt.Errorf("devissuer: key of kind %s: %w", s.kind, err)
		}
		f.Keys = append(f.Keys, keyInFile{Kind: s.kind, PKCS8: der})
	}
	text, err := json.MarshalIndent(f, "", "  ")
	return append(text, '\n'), err
}

// parseKeys reads a key file, which must have exactly one key pair of each kind. Its errors never contain any part of a
// key.
func parseKeys(text []byte) (*keyring, error) {
	if len(text) > maxKeyFile {
		return nil, fmt.Errorf("it has %d bytes, and the limit is %d", len(text), maxKeyFile)
	}
	var f keyFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, errors.New("it is not JSON of this release")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows its JSON")
	}
	if f.Version != keyFileVersion {
		return nil, fmt.Errorf("version %d, want %d", f.Version, keyFileVersion)
	}
	if len(f.Secret) < secretBytes {
		return nil, fmt.Errorf("a secret of %d bytes, want %d or more", len(f.Secret), secretBytes)
	}
	k := &keyring{secret: f.Secret}
	for n, in := range f.Keys {
		signer, err := in.signer()
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", n+1, err)
		}
		key, err := makeKey(in.Kind, signer)
		if err != nil {
			return nil, fmt.Errorf("key %d: it cannot be published", n+1)
		}
		k.keys = append(k.keys, key)
	}
	for _, kind := range kinds {
		count := 0
		for _, s := range k.keys {
			if s.kind == kind {
				count++
			}
		}
		if count != 1 {
			return nil, fmt.Errorf("%d keys of kind %s, want one", count, kind)
		}
	}
	return k, nil
}

// signer returns the key pair, if it has the right kind.
func (in keyInFile) signer() (crypto.Signer, error) {
	if len(in.PKCS8) > maxKey {
		return nil, fmt.Errorf("it has %d bytes, and the limit is %d", len(in.PKCS8), maxKey)
	}
	private, err := x509.ParsePKCS8PrivateKey(in.PKCS8)
	if err != nil {
		return nil, errors.New("it is not a PKCS #8 private key")
	}
	switch key := private.(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); in.Kind == rsaKind && bits < rsaBits {
			return nil, fmt.Errorf("it has %d bits, want %d or more", bits, rsaBits)
		}
		if in.Kind == rsaKind {
			return key, nil
		}
	case *ecdsa.PrivateKey:
		if key.Curve == curves[in.Kind] {
			return key, nil
		}
	case ed25519.PrivateKey:
		if in.Kind == ed25519Kind {
			return key, nil
		}
	}
	return nil, fmt.Errorf("it is a %T, and its kind is %q", private, in.Kind)
}
