// Package orders is a small orders service: an http.Handler over a [Store].
//
//	service := orders.New(orders.NewMemoryStore(1000), orders.Options{})
//	http.ListenAndServe("127.0.0.1:8080", service) // or, in a function: lambdahttp.Start(service)
//
// Its routes:
//
//	GET    /orders        lists the shop's orders, newest first
//	POST   /orders        creates one
//	GET    /orders/{id}   reads one
//	DELETE /orders/{id}   withdraws one that is still open
//	GET    /health        answers without touching the store
//
// Requests and answers are JSON, and errors are problem details (RFC 9457). What a body or a query can do wrong:
//
//	400  it cannot be read: not JSON, a member that is unknown, there twice or of another type, a bad cursor or limit
//	404  no such order, or no such path
//	405  a method that the path does not have; Allow lists those it has
//	409  the id belongs to an order with other content, or the order is no longer open and cannot be withdrawn
//	413  a body over 64 KB
//	415  a body that is not application/json
//	422  it was read, but values are missing or not permitted; the answer lists them, up to 20
//	503  the store is busy or full
//
// A client may choose the id of an order it creates, a version 7 UUID, and may then repeat the request until an answer
// arrives: the first one creates (201), a repetition by the same caller with the same content finds what is there
// (200), and anything else under that id is a conflict (409). Nothing more needs to be remembered than the order.
//
// The package does not decide who may call what. API Gateway has done that by the access table before the function
// runs; the service only records who created an order. It knows neither Lambda nor DynamoDB: package gateway brings
// the requests and package dynamo keeps the orders.
package orders

import "time"

// Order is what the store keeps and the service answers.
type Order struct {
	ID        string    `json:"id"`       // a version 7 UUID, in small letters
	Customer  string    `json:"customer"` // the shop's name for the customer
	Lines     []Line    `json:"lines"`    // 1 to 100
	Currency  string    `json:"currency"` // ISO 4217, three capitals
	Status    Status    `json:"status"`
	CreatedAt time.Time `json:"createdAt"`           // UTC, in milliseconds
	CreatedBy string    `json:"createdBy,omitempty"` // the caller's principal; empty if the route was public
}

// Line is one article of an order.
type Line struct {
	SKU       string `json:"sku"`
	Quantity  int64  `json:"quantity"`  // 1 to 10,000
	UnitPrice int64  `json:"unitPrice"` // in the currency's minor unit (cents), 0 to 1,000,000,000
}

// Status is where an order stands. The service creates orders as Open and withdraws them only then; fulfilment, which
// works on the same table, moves them on.
type Status string

// The states of an order.
const (
	Open    Status = "open"
	Shipped Status = "shipped"
)

// Limits of what the service takes.
const (
	MaxBody      = 64 << 10 // bytes of a request body
	MaxPage      = 100      // orders in one answer
	DefaultPage  = 20
	maxLines     = 100
	maxQuantity  = 10_000
	maxUnitPrice = 1_000_000_000
	maxName      = 64 // characters of a customer or SKU
)
