package authz

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// TestSignAsTheSDKDoes compares signatures with those of the SDK's own signer.
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
	for i := range 300 {
		body := []byte(`{"SecretId":"` + word() + `"}`)
		request := func() *http.Request {
			url := []string{"https://secretsmanager.eu-central-1.amazonaws.com/", "https://secretsmanager.us-east-1.amazonaws.com", "http://127.0.0.1:4566/a/b"}[i%3]
			r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-amz-json-1.1")
			r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
			return r
		}
		c := credentials{id: word(), secret: word(), token: []string{"", word()}[i%2]}
		now := time.Unix(1_700_000_000+random.Int64N(1_000_000_000), 0)
		ours, theirs := request(), request()
		ours.Header.Set("Content-Length", fmt.Sprint(len(body))) // the SDK signs that as well
		sign(ours, body, now, "secretsmanager", "eu-central-1", c)
		err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret, SessionToken: c.token}, theirs,
			hexSHA256(body), "secretsmanager", "eu-central-1", now)
		if err != nil {
			t.Fatal(err)
		}
		ours.Header.Del("Content-Length")
		if got, want := fmt.Sprint(ours.Header), fmt.Sprint(theirs.Header); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
}
