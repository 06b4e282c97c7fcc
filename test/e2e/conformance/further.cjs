// The tables of cases that go beyond the plain ones of scenario.cjs.
const { argumentCases } = require('./arguments.cjs')
const { documentedCases } = require('./documented.cjs')
const { failureCases } = require('./failures.cjs')
const { messageCases } = require('./messages.cjs')
const { optionCases } = require('./options.cjs')

function furtherCases(context) {
  const tables = [optionCases, failureCases, documentedCases, argumentCases, messageCases]
  return Object.assign({}, ...tables.map((table) => table(context)))
}

module.exports = { furtherCases }
