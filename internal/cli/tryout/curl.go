package tryout

import (
	"net/http"
	"slices"
	"strings"
)

// Curl returns the request as a command line for a POSIX shell.
func (e Example) Curl() string {
	words := []string{"curl", "-i"}
	if strings.ContainsAny(e.URL, "[]{}") {
		words = append(words, "-g") // otherwise curl would expand these
	}
	switch e.Verb {
	case http.MethodGet:
	case http.MethodHead:
		words = append(words, "-I") // with -X, curl would wait for a body
	default:
		words = append(words, "-X", e.Verb)
	}
	if e.Cookies != "" {
		words = append(words, "-b", Quote(e.Cookies))
	}
	headers := e.headers()
	if e.Key != nil {
		words = append(words, "--aws-sigv4", Quote("aws:amz:"+e.Region+":execute-api"))
		words = append(words, "--user", Quote(e.Key.ID+":"+e.Key.Secret))
		if e.Key.SessionToken != "" {
			headers = append(slices.Clone(headers), SecurityToken+": "+e.Key.SessionToken)
		}
	}
	for _, h := range headers {
		words = append(words, "-H", Quote(h))
	}
	if e.ProofURL != "" {
		words = append(words, "-H", `"DPoP: $(curl -s `+Quote(e.ProofURL)+`)"`) // new each time that the line is pasted
	}
	if e.Body != "" {
		data := "-d"
		if strings.HasPrefix(e.Body, "@") {
			data = "--data-raw" // -d would read a file
		}
		words = append(words, data, Quote(e.Body))
	}
	return strings.Join(append(words, Quote(e.URL)), " ")
}

// Quote quotes a word for a POSIX shell.
func Quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:@%+=,"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
