package main

import "example.com/shop/price"

func main() { println(price.Of()) }
