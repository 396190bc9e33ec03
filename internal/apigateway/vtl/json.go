package vtl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// parseJSON parses a JSON text. Members keep their order; the last of several with the same name counts.
func parseJSON(text string) (Value, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := decode(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is more after the JSON value")
	}
	return v, nil
}

func decode(d *json.Decoder, depth int) (Value, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("JSON is nested more than %d deep", maxDepth)
	}
	t, err := d.Token()
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return decodeList(d, depth)
		}
		return decodeMap(d, depth)
	case json.Number:
		return number(t.String()), nil
	}
	return t, nil
}

func decodeList(d *json.Decoder, depth int) (Value, error) {
	out := &List{text: true}
	for d.More() {
		v, err := decode(d, depth+1)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, v)
	}
	_, err := d.Token()
	return out, err
}

func decodeMap(d *json.Decoder, depth int) (Value, error) {
	out := NewMap()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := decode(d, depth+1)
		if err != nil {
			return nil, err
		}
		out.Put(key.(string), v)
	}
	_, err := d.Token()
	return out, err
}

func number(text string) Value {
	if !strings.ContainsAny(text, ".eE") {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return i
		}
		return bigNumber(text)
	}
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

// jsonText returns a value as JSON.
func jsonText(v Value) string {
	var b bytes.Buffer
	writeJSON(&b, v, 0)
	return b.String()
}

func writeJSON(b *bytes.Buffer, v Value, depth int) {
	if depth > maxDepth || b.Len() > maxBytes {
		b.WriteString("null") // the value contains itself
		return
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case *Map:
		b.WriteByte('{')
		for i, k := range v.keys {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(plainjson.Must(k))
			b.WriteByte(':')
			writeJSON(b, v.entries[k], depth+1)
		}
		b.WriteByte('}')
	case *List:
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, item, depth+1)
		}
		b.WriteByte(']')
	case bool, int64, float64, bigNumber:
		b.WriteString(scalar(v))
	default:
		b.Write(plainjson.Must(stringOf(v)))
	}
}
