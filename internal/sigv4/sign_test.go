package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// TestSignAsTheSDKDoes compares signatures with those of the SDK's own signer: for Secrets Manager, as the authorizer
// signs, and for API Gateway, as the development console does.
func TestSignAsTheSDKDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/="
		b := make([]byte, 1+random.IntN(40))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	urls := []string{
		"https://secretsmanager.eu-central-1.amazonaws.com/",
		"https://secretsmanager.us-east-1.amazonaws.com",
		"http://127.0.0.1:4566/a/b",
		"http://127.0.0.1:3000/prod/orders/a%20b?limit=5&after=x%20y",
		"http://127.0.0.1:3000/prod/caf%C3%A9/a%2Fb/*?b=2&a=%2F&a=1&c=",
	}
	for i := range 500 {
		body := []byte(`{"SecretId":"` + word() + `"}`)
		request := func() *http.Request {
			r, err := http.NewRequest(http.MethodPost, urls[i%len(urls)], bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if i%7 > 0 {
				r.Header.Set("Content-Type", "application/x-amz-json-1.1")
				r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
			}
			return r
		}
		signer := Signer{
			AccessKeyID: word(), Key: Key{Secret: word(), SessionToken: []string{"", word()}[i%2]},
			Region: "eu-central-1", Service: []string{"secretsmanager", ""}[i%3/2],
		}
		now := time.Unix(1_700_000_000+random.Int64N(1_000_000_000), 0)
		ours, theirs := request(), request()
		ours.Header.Set("Content-Length", fmt.Sprint(len(body))) // the SDK signs that as well
		signer.Sign(ours, body, now)
		hash := sha256.Sum256(body)
		service := "secretsmanager"
		if signer.Service == "" {
			service = defaultService
		}
		credentials := aws.Credentials{
			AccessKeyID: signer.AccessKeyID, SecretAccessKey: signer.Key.Secret, SessionToken: signer.Key.SessionToken,
		}
		err := v4.NewSigner().SignHTTP(context.Background(), credentials, theirs, hex.EncodeToString(hash[:]), service,
			"eu-central-1", now)
		if err != nil {
			t.Fatal(err)
		}
		ours.Header.Del("Content-Length")
		if got, want := fmt.Sprint(ours.Header), fmt.Sprint(theirs.Header); got != want {
			t.Fatalf("%s\ngot  %s\nwant %s", ours.URL, got, want)
		}
	}
}

// TestSignedRequestsVerify signs requests and verifies them, over real HTTP, and checks that signing one again replaces
// its signature.
func TestSignedRequestsVerify(t *testing.T) {
	for _, token := range []string{"", "session/token=="} {
		s := serve(t, token)
		signer := Signer{AccessKeyID: devKey, Key: Key{Secret: devSecret, SessionToken: token}, Region: devRegion}
		for _, c := range roundTrips {
			t.Run(fmt.Sprintf("%s, token %q", c.name, token), func(t *testing.T) {
				r, err := http.NewRequest(c.method, s.URL+c.target, bytes.NewReader([]byte(c.body)))
				if err != nil {
					t.Fatal(err)
				}
				for name, values := range c.header {
					r.Header[name] = values
				}
				signer.Sign(r, []byte(c.body), time.Now().Add(-time.Hour))
				signer.Sign(r, []byte(c.body), time.Now().In(time.FixedZone("", 14*60*60)))
				resp, err := s.Client().Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					t.Errorf("got %d", resp.StatusCode)
				}
			})
		}
	}
}

// TestSignForS3 is the example "PUT Object" of
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func TestSignForS3(t *testing.T) {
	r, err := http.NewRequest("PUT", "https://examplebucket.s3.amazonaws.com/test%24file.text", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Date", "Fri, 24 May 2013 00:00:00 GMT")
	r.Header.Set("X-Amz-Storage-Class", "REDUCED_REDUNDANCY")
	Signer{
		AccessKeyID: "AKIAIOSFODNN7EXAMPLE",
		Key:         Key{Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
		Region:      "us-east-1",
		Service:     "s3",
	}.Sign(r, []byte("Welcome to Amazon S3."), time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
	const want = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
	if got := r.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+want) {
		t.Errorf("got %s, want the signature %s", got, want)
	}
}
