// A shop as a store would set it up: in-store pickup, an invoice number, codes and weights of products.
'use strict';

const { BcryptPasswordHashingStrategy, LanguageCode, PaymentMethodHandler, defaultFulfillmentProcess,
} = require('@vendure/core');

const text = value => [{ languageCode: LanguageCode.pt_BR, value }];

// Vendure's core has no pickup: this is its own extension point for a state in between.
const pickup = {
    transitions: {
        Pending: { to: ['ReadyForPickup'], mergeStrategy: 'merge' },
        ReadyForPickup: { to: ['Delivered', 'Cancelled'] },
    },
};

// Pays as the order's metadata says: {"decline": true} to settle is refused, as a bank would.
const gateway = new PaymentMethodHandler({
    code: 'gateway',
    description: text('Gateway'),
    args: { settles: { type: 'boolean' } },
    createPayment: (ctx, order, amount, args, metadata) => ({
        amount,
        state: args.settles ? 'Settled' : 'Authorized',
        transactionId: `T-${order.code}`,
        metadata,
    }),
    settlePayment: (ctx, order, payment) =>
        payment.metadata.decline
            ? { success: false, state: payment.state, errorMessage: 'Cartão recusado' }
            : { success: true },
    cancelPayment: () => ({ success: true }),
    createRefund: () => ({ state: 'Settled', transactionId: 'R-1' }),
});

exports.config = (middleware, dbFile) => ({
    apiOptions: {
        hostname: '127.0.0.1',
        port: Number(process.env.PORT || 0),
        adminApiPath: 'admin-api',
        shopApiPath: 'shop-api',
        middleware,
    },
    authOptions: {
        tokenMethod: ['bearer', 'api-key'],
        superadminCredentials: { identifier: 'dono', password: 'dono-da-loja' },
        passwordHashingStrategy: new BcryptPasswordHashingStrategy(4), // quick: nobody attacks it
    },
    defaultLanguageCode: LanguageCode.pt_BR,
    dbConnectionOptions: {
        type: 'sqljs',
        autoSave: false,
        location: dbFile,
        synchronize: true,
        logging: false,
    },
    paymentOptions: { paymentMethodHandlers: [gateway] },
    shippingOptions: { process: [defaultFulfillmentProcess, pickup] },
    customFields: {
        Order: [
            { name: 'invoiceNumber', type: 'string', public: false },
            { name: 'invoiceKey', type: 'string', public: false },
            { name: 'document', type: 'string' },
        ],
        ProductVariant: [
            { name: 'ean', type: 'string' },
            { name: 'weight', type: 'int' },
        ],
    },
    plugins: [],
});
