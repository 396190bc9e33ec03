package dynamo

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
)

// partition is the partition key of all orders.
const partition = "ORDERS"

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func key(id string) item {
	return item{orders.PartitionKey: text(partition), orders.SortKey: text(id)}
}

// toItem writes an order without the SDK's attributevalue package, whose reflection would make the function's binary
// larger for these ten attributes.
func toItem(o orders.Order) item {
	it := key(o.ID)
	it["customer"] = text(o.Customer)
	it["currency"] = text(o.Currency)
	it["status"] = text(string(o.Status))
	it["createdAt"] = text(o.CreatedAt.UTC().Format(time.RFC3339Nano))
	if o.CreatedBy != "" {
		it["createdBy"] = text(o.CreatedBy)
	}
	lines := make([]types.AttributeValue, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = &types.AttributeValueMemberM{Value: item{
			"sku": text(l.SKU), "quantity": number(l.Quantity), "unitPrice": number(l.UnitPrice),
		}}
	}
	it["lines"] = &types.AttributeValueMemberL{Value: lines}
	return it
}

// fromItem reads what toItem wrote. Other programs may write to the table, so a missing attribute or another type is an
// error and not an incomplete order.
func fromItem(it item) (orders.Order, error) {
	r := itemReader{id: peek(it[orders.SortKey])}
	o := orders.Order{
		ID:        r.text(it, orders.SortKey),
		Customer:  r.text(it, "customer"),
		Currency:  r.text(it, "currency"),
		Status:    orders.Status(r.text(it, "status")),
		CreatedBy: peek(it["createdBy"]),
	}
	if _, ok := orders.ParseID(o.ID); !ok {
		r.fail("%s is %q, want a version 7 UUID", orders.SortKey, o.ID)
	}
	var err error
	if o.CreatedAt, err = time.Parse(time.RFC3339Nano, r.text(it, "createdAt")); err != nil {
		r.fail("createdAt: %v", err)
	}
	lines, ok := it["lines"].(*types.AttributeValueMemberL)
	if !ok {
		r.fail("lines is %T, want a list", it["lines"])
		return orders.Order{}, r.err
	}
	for i, v := range lines.Value {
		m, ok := v.(*types.AttributeValueMemberM)
		if !ok {
			r.fail("lines[%d] is %T, want a map", i, v)
			break
		}
		o.Lines = append(o.Lines, orders.Line{
			SKU: r.text(m.Value, "sku"), Quantity: r.number(m.Value, "quantity"), UnitPrice: r.number(m.Value, "unitPrice"),
		})
	}
	if r.err != nil {
		return orders.Order{}, r.err
	}
	o.CreatedAt = o.CreatedAt.UTC()
	return o, nil
}

// itemReader keeps the first error.
type itemReader struct {
	id  string
	err error
}

func (r *itemReader) fail(format string, a ...any) {
	if r.err == nil {
		r.err = badItem(r.id, format, a...)
	}
}

func (r *itemReader) text(it item, name string) string {
	s, ok := it[name].(*types.AttributeValueMemberS)
	if !ok {
		r.fail("%s is %T, want a string", name, it[name])
		return ""
	}
	return s.Value
}

func (r *itemReader) number(it item, name string) int64 {
	n, ok := it[name].(*types.AttributeValueMemberN)
	if !ok {
		r.fail("%s is %T, want a number", name, it[name])
		return 0
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		r.fail("%s is %s, want a whole number", name, n.Value)
	}
	return v
}

// peek returns the text of an attribute that may be missing.
func peek(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}
