package main

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// mutated returns a changed text. others are texts of the same kind, which it may get parts of. In some cases, the text
// stays the same.
func mutated(r *rand.Rand, s string, others []string) string {
	if s == "" {
		return pick(r, append([]string{"A", "=", "\"\""}, others...))
	}
	b := []byte(s)
	at := r.IntN(len(b))
	other := pick(r, others)
	switch r.IntN(20) {
	case 0: // a bit
		b[at] ^= 1 << r.IntN(8)
	case 1: // a character of the alphabet
		b[at] = alphabet[r.IntN(len(alphabet))]
	case 2: // any byte
		b[at] = byte(r.IntN(256))
	case 3: // cut at the end
		b = b[:at]
	case 4: // cut at the start
		b = b[at:]
	case 5: // longer
		b = append(b, alphabet[r.IntN(len(alphabet))])
	case 6: // a piece left out
		end := at + r.IntN(len(b)-at)
		b = append(b[:at:at], b[end:]...)
	case 7: // a piece twice
		end := at + r.IntN(len(b)-at)
		b = append(b[:end:end], b[at:]...)
	case 8: // two neighbours swapped
		if at+1 < len(b) {
			b[at], b[at+1] = b[at+1], b[at]
		}
	case 9, 10: // the start of one and the end of another
		if other != "" {
			cut := min(at, r.IntN(len(other)))
			b = append(b[:cut:cut], other[cut:]...)
		}
	case 11: // the same, at a boundary of base64 and of the header's fields
		for _, cut := range []int{4, 8, 28, 24, 32} {
			if r.IntN(3) == 0 && cut < len(b) && cut < len(other) {
				return string(b[:cut]) + other[cut:]
			}
		}
	default:
		return miswritten(r, s, at, other)
	}
	return string(b)
}

// miswritten returns a text with an error or a trick of base64, headers or URLs.
func miswritten(r *rand.Rand, s string, at int, other string) string {
	b := []byte(s)
	switch r.IntN(8) {
	case 0: // the encoded bytes
		return belowBase64(r, s)
	case 1: // the unused bits of the last character
		if i := strings.IndexByte(alphabet, b[len(b)-1]); i >= 0 {
			b[len(b)-1] = alphabet[i^(1+r.IntN(3))]
		}
	case 2: // padding
		b = append(b, strings.Repeat("=", 1+r.IntN(3))...)
	case 3: // the other alphabet
		return strings.NewReplacer("-", "+", "_", "/").Replace(s)
	case 4: // a character that a decoder may ignore
		inserted := pick(r, []string{"\r", "\n", "\r\n", " ", "\t", "\x00", "%0A", "\""})
		return s[:at] + inserted + s[at:]
	case 5: // an escape for a character
		const hex = "0123456789ABCDEF"
		b = append(b[:at:at], append([]byte{'%', hex[b[at]>>4], hex[b[at]&15]}, b[at+1:]...)...)
	case 6: // another text of the same kind
		return other
	}
	return string(b)
}

// belowBase64 changes the bytes that a text encodes.
func belowBase64(r *rand.Rand, s string) string {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) == 0 {
		return s
	}
	switch at := r.IntN(len(b)); r.IntN(5) {
	case 0: // the version
		b[0] = byte(r.IntN(256))
	case 1: // the key's ID
		b[min(len(b)-1, 1+r.IntN(4))] ^= 1 << r.IntN(8)
	case 2: // the tag
		b[len(b)-1-r.IntN(min(16, len(b)))] ^= 1 << r.IntN(8)
	case 3:
		b[at] ^= 1 << r.IntN(8)
	default:
		b = b[:at]
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// headers returns the Cookie headers of cookies, with a trick in some cases.
func headers(r *rand.Rand, pairs []string) []string {
	r.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	all := strings.Join(pairs, "; ")
	first := ""
	if len(pairs) > 0 {
		first = pick(r, pairs)
	}
	name, value, _ := strings.Cut(first, "=")
	switch r.IntN(24) {
	case 0:
		return []string{all + "; " + first}
	case 1:
		return []string{all, all}
	case 2:
		return []string{all, "a=b"}
	case 3:
		return []string{"a=b", all}
	case 4:
		return append([]string{}, pairs...)
	case 5:
		return []string{strings.Join(pairs, ",")}
	case 6:
		return []string{strings.Join(pairs, ";")}
	case 7:
		return []string{"a=b; " + all + "; c; =d; ;"}
	case 8:
		return []string{all + "; " + name + "="}
	case 9:
		return []string{strings.Replace(all, value, `"`+value+`"`, 1)}
	case 10:
		return []string{strings.Replace(all, name+"=", name+" =", 1)}
	case 11:
		return []string{strings.Replace(all, name+"=", name+"= ", 1)}
	case 12:
		return []string{strings.Replace(all, name, strings.ToLower(name), 1)}
	case 13:
		return []string{"=" + all}
	case 14:
		return []string{"$Version=1; " + all + "; $Path=/"}
	case 15:
		return []string{"\t" + strings.ReplaceAll(all, "; ", " ;\t ") + " "}
	case 16:
		return []string{strings.Replace(all, name+"=", name+"==", 1)}
	case 17:
		return nil
	}
	return []string{all}
}

func pick(r *rand.Rand, texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[r.IntN(len(texts))]
}
